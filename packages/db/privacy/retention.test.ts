import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { interactionOf, selectionOf, twins } from '@learning-loop/testing/database/tenant-rows';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { connectDb } from '../connect.ts';
import { insertInteractions } from '../loop/interactions.ts';
import { insertSelections } from '../loop/selections.ts';
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

test('what is older than the cutoff by a millisecond goes, by the age of its own, and what is as old stays', async () => {
  await using db = connectDb(await databaseForTest());
  const [acme] = twins;
  const cutoff = new Date('2026-10-01T00:00:00.000Z');
  const at = (ms: number) => new Date(cutoff.getTime() + ms).toISOString();
  const id = (n: number) => `01a00000-0000-7000-8000-00000000000${n}`;
  const answer = {
    enriched_prompt: '',
    tokens_estimate: 0,
    context_breakdown: { goal: 0, pref: 0, history: 0 },
  };
  for (const [n, ms] of [-1, 0, 1].entries()) {
    await insertInteractions(db, [{ ...interactionOf(acme, id(n)), created_at: at(ms) }]);
    const event = { ...selectionOf(acme), event_id: id(n), interaction_id: id(n), occurred_at: at(ms) };
    await insertSelections(db, [{ event, answer, shown_at: new Date() }]);
    const { tenant_id, user_id, event_id, interaction_id } = event;
    const ids = { tenant_id, user_id, event_id, interaction_id };
    await db
      .insertInto('feedback')
      .values({ ...ids, type: 'thumbs_up', value: 'null', given_at: at(ms) })
      .execute();
  }
  expect(await deleteOlder(db, cutoff)).toEqual({ interactions: 1, selections: 1, feedback: 1 });
  for (const table of ['interactions', 'selections', 'feedback'] as const) {
    const left = await db.selectFrom(table).select('interaction_id').orderBy('interaction_id').execute();
    expect(left, table).toEqual([{ interaction_id: id(1) }, { interaction_id: id(2) }]);
  }
});
