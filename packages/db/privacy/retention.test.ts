import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { connectDb } from '../connect.ts';
import { deleteOlder } from './retention.ts';

test('what is old goes from every piece of a large table, wherever it lies among what is new', async () => {
  await using db = connectDb(await databaseForTest());
  // 18 MB, and so three pieces: every third row of the first half is old, and all at the end.
  await sql`
    insert into interactions (tenant_id, interaction_id, user_id, created_at, input_text, media_type, model_id, context,
      hypotheses, used_memories, auto_advance)
    select 'default', md5(n::text)::uuid, 'ada',
      timestamptz '2026-11-01' - make_interval(days => case when n < 4500 and n % 3 = 0 or n > 8000 then 40 else 1 end),
      repeat('x', 1900), 'text/plain', 'rules', '{}', '[]', '[]', false
    from generate_series(1, 9000) as n`.execute(db);
  const cutoff = new Date('2026-10-01T00:00:00Z');
  expect(await deleteOlder(db, cutoff)).toEqual({ interactions: 1_499 + 1_000, selections: 0, feedback: 0 });
  const { rows } = await sql<{ left: number; oldest: Date }>`
    select count(*) as left, min(created_at) as oldest from interactions`.execute(db);
  expect(rows).toEqual([{ left: 9_000 - 2_499, oldest: new Date('2026-10-31T00:00:00Z') }]);
  expect(await deleteOlder(db, cutoff)).toEqual({ interactions: 0, selections: 0, feedback: 0 });
});
