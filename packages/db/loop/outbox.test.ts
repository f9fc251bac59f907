import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { selection } from '@learning-loop/testing/selection';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { insertDeadLetter, listDeadLetters, replayDeadLetter } from './dead-letters.ts';
import { insertEvents, loadPending, outboxDepth, settle, takeOverdue } from './outbox.ts';

async function withEvents(count: number): Promise<{ db: Db; ids: string[] }> {
  const db = connectDb(await databaseForTest());
  const events = Array.from({ length: count }, () => selection());
  await db.transaction().execute((tx) =>
    insertEvents(
      tx,
      events.map((event) => ({ name: 'hypothesis.selected' as const, event })),
    ),
  );
  return { db, ids: events.map(({ event_id }) => event_id) };
}

const settleAll = (db: Db, consumer: 'memory' | 'persona' | 'training-log', ids: string[]) =>
  db.transaction().execute((tx) => settle(tx, consumer, ids));

test('three consumers that settle at once each settle every event, and one of them completes it', async () => {
  const { db, ids } = await withEvents(50);
  await using _ = db;
  const consumers = ['training-log', 'memory', 'persona'] as const;
  const settled = await Promise.all(consumers.map((consumer) => settleAll(db, consumer, ids)));
  expect(settled.map((rows) => rows.length)).toEqual([50, 50, 50]);
  const complete = settled.flat().filter((row) => row.complete);
  expect(new Set(complete.map((row) => row.event_id)).size).toBe(50);
  expect(complete).toHaveLength(50);
  expect((await outboxDepth(db)).pending).toBe(0);
});

test('replicas that settle the same events at once settle each of them once', async () => {
  const { db, ids } = await withEvents(20);
  await using _ = db;
  const settled = await Promise.all([1, 2, 3, 4].map(() => settleAll(db, 'memory', ids)));
  expect(
    settled
      .flat()
      .map((row) => row.event_id)
      .sort(),
  ).toEqual([...ids].sort());
});

test('what a rolled back transaction settled is still pending', async () => {
  const { db, ids } = await withEvents(1);
  await using _ = db;
  const crash = db.transaction().execute(async (tx) => {
    await settle(tx, 'memory', ids);
    throw new Error('crash');
  });
  await expect(crash).rejects.toThrow('crash');
  expect(await loadPending(db, 'memory', ids)).toHaveLength(1);
});

test('a dead letter leaves the outbox to the others, and of two replays one brings it back', async () => {
  const { db, ids } = await withEvents(1);
  await using _ = db;
  const [row] = await loadPending(db, 'memory', ids);
  if (!row) throw new Error('the event is not pending');
  await db
    .transaction()
    .execute((tx) => insertDeadLetter(tx, 'memory', row, { error: 'poison', attempts: 1 }));
  expect(await loadPending(db, 'memory', ids)).toEqual([]);
  expect(await loadPending(db, 'persona', ids)).toHaveLength(1);
  const [letter] = await listDeadLetters(db, 'default', 10);
  expect(letter).toMatchObject({ consumer: 'memory', error: 'poison', attempts: 1, event_id: ids[0] });
  const replays = await Promise.all(
    [1, 2].map(() => replayDeadLetter(db, 'default', letter?.dead_letter_id ?? '')),
  );
  expect(replays.filter((ref) => ref !== null)).toHaveLength(1);
  expect(await loadPending(db, 'memory', ids)).toHaveLength(1);
  expect(await listDeadLetters(db, 'default', 10)).toEqual([]);
});

test.each([
  ['waited for long', '-1 hour', 2],
  ['lies an hour ahead, because the clock was set back', '1 hour', 2],
  ['has just come', '0 seconds', 0],
])('the sweeper takes an event that %s, and not again at once', async (_what, ago, taken) => {
  const { db } = await withEvents(2);
  await using _ = db;
  await sql`update outbox set created_at = created_at + ${ago}::interval`.execute(db);
  const take = () =>
    takeOverdue(db, { olderThanMs: 60_000, againMs: 60_000, limit: 10, consumers: ['memory'] });
  const found = await take();
  expect(found).toHaveLength(taken);
  for (const { age_ms } of found) expect(age_ms).toBeGreaterThan(3_500_000);
  expect(await take()).toEqual([]);
});

test('the sweeper of one consumer leaves what others have to process to their rounds, unmarked', async () => {
  const { db, ids } = await withEvents(2);
  await using _ = db;
  const [memory, persona] = ids;
  await sql`update outbox set created_at = created_at - interval '1 hour',
    pending = case when event_id = ${memory} then '{memory}'::text[] else '{persona}' end`.execute(db);
  const take = (...consumers: ('memory' | 'persona')[]) =>
    takeOverdue(db, { olderThanMs: 60_000, againMs: 60_000, limit: 1, consumers });
  expect(await take('memory')).toMatchObject([{ event_id: memory, pending: ['memory'] }]);
  expect(await take('memory')).toEqual([]);
  expect(await take('persona')).toMatchObject([{ event_id: persona, pending: ['persona'] }]);
});

test('the sweeper takes the oldest first, up to its limit, and comes back for them after the pause', async () => {
  const { db, ids } = await withEvents(3);
  await using _ = db;
  const [young, oldest, older] = ids;
  for (const [id, minutes] of [
    [young, 2],
    [oldest, 9],
    [older, 5],
  ] as const)
    await sql`update outbox set created_at = clock_timestamp() - ${minutes} * interval '1 minute'
      where event_id = ${id}`.execute(db);
  const take = async () =>
    (await takeOverdue(db, { olderThanMs: 60_000, againMs: 30_000, limit: 2, consumers: ['memory'] })).map(
      ({ event_id }) => event_id,
    );
  expect((await take()).sort()).toEqual([oldest, older].sort());
  expect(await take()).toEqual([young]);
  await sql`update outbox set swept_at = swept_at - interval '31 seconds' where event_id = ${older}`.execute(
    db,
  );
  expect(await take()).toEqual([older]);
});

test('a replay in one tenant cannot take the dead letter of another', async () => {
  const { db, ids } = await withEvents(1);
  await using _ = db;
  const [row] = await loadPending(db, 'memory', ids);
  if (!row) throw new Error('the event is not pending');
  await db
    .transaction()
    .execute((tx) => insertDeadLetter(tx, 'memory', row, { error: 'poison', attempts: 1 }));
  const [letter] = await listDeadLetters(db, 'default', 10);
  expect(await listDeadLetters(db, 'other', 10)).toEqual([]);
  expect(await replayDeadLetter(db, 'other', letter?.dead_letter_id ?? '')).toBeNull();
  expect(await listDeadLetters(db, 'default', 10)).toHaveLength(1);
  expect(await loadPending(db, 'memory', ids)).toEqual([]);
});
