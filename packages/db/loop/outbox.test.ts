import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { selection } from '@learning-loop/testing/selection';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { insertDeadLetter, listDeadLetters, replayDeadLetter } from './dead-letters.ts';
import { eventStatus, insertEvents, loadPending, settle } from './outbox.ts';
import { outboxDepth, takeOverdue } from './outbox-backlog.ts';

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

const fail = async (db: Db, id: string, consumer: 'memory' | 'persona', error: string, attempts: number) => {
  const [row] = await loadPending(db, consumer, [id]);
  if (!row) throw new Error('the event is not pending');
  return db.transaction().execute((tx) => insertDeadLetter(tx, consumer, row, { error, attempts }));
};

test('each consumer that gave up is replayed by itself, with the payload, beside those that wait', async () => {
  const { db, ids } = await withEvents(1);
  await using _ = db;
  const [id = ''] = ids;
  const [before] = await loadPending(db, 'memory', ids);
  for (const consumer of ['memory', 'persona'] as const)
    expect(await fail(db, id, consumer, 'poison', 8)).toBe(true);
  const letters = await listDeadLetters(db, 'default', 10);
  expect(await eventStatus(db, id)).toEqual({
    pending: ['training-log'],
    failed: expect.arrayContaining(
      letters.map(({ consumer, dead_letter_id }) => ({ consumer, dead_letter_id, error: 'poison' })),
    ),
  });
  const replay = (consumer: string) =>
    replayDeadLetter(db, 'default', letters.find((one) => one.consumer === consumer)?.dead_letter_id ?? '');
  expect(await replay('memory')).toEqual({ event_id: id, event: 'hypothesis.selected', consumer: 'memory' });
  expect((await eventStatus(db, id)).pending).toEqual(['training-log', 'memory']);
  await settleAll(db, 'training-log', ids);
  expect(await settleAll(db, 'memory', ids)).toEqual([{ event_id: id, complete: true }]);
  // The row is gone: what is replayed now is written whole.
  expect(await replay('persona')).toMatchObject({ consumer: 'persona' });
  const [row] = await loadPending(db, 'persona', ids);
  expect(row).toMatchObject({ ...before, pending: ['persona'], created_at: expect.any(Date) });
  expect(await eventStatus(db, id)).toEqual({ pending: ['persona'], failed: [] });
});

test('who gives up again on an event says the new reason; who no longer has to process it gives up on nothing', async () => {
  const { db, ids } = await withEvents(2);
  await using _ = db;
  const [id = '', other = ''] = ids;
  const [row] = await loadPending(db, 'memory', ids);
  await fail(db, id, 'memory', 'first', 8);
  const [{ first_failed_at, dead_letter_id } = { first_failed_at: null }] = await listDeadLetters(
    db,
    'default',
    1,
  );
  await sql`update outbox set pending = pending || '{memory}'::text[] where event_id = ${id}`.execute(db);
  await fail(db, other, 'memory', 'elsewhere', 1);
  expect((await listDeadLetters(db, 'default', 10)).map(({ error }) => error)).toEqual([
    'elsewhere',
    'first',
  ]);
  await fail(db, id, 'memory', 'second', 3);
  const listed = await listDeadLetters(db, 'default', 10);
  expect(listed.map(({ error, attempts }) => [error, attempts])).toEqual([
    ['second', 3],
    ['elsewhere', 1],
  ]);
  expect(listed[0]).toMatchObject({ dead_letter_id, first_failed_at });
  expect(await listDeadLetters(db, 'default', 1)).toHaveLength(1);
  if (!row) throw new Error('the event is not pending');
  const late = db
    .transaction()
    .execute((tx) => insertDeadLetter(tx, 'memory', row, { error: 'late', attempts: 9 }));
  expect(await late).toBe(false);
  expect(await listDeadLetters(db, 'default', 10)).toEqual(listed);
});

test('each kind of event is pending for the consumers of its route, and is read in the order of ids', async () => {
  const { db, ids } = await withEvents(3);
  await using _ = db;
  const read = async (consumer: 'memory' | 'training-log', asked: string[]) =>
    (await loadPending(db, consumer, asked)).map(({ event_id }) => event_id);
  expect(await read('memory', ids.toReversed())).toEqual(ids.toSorted());
  expect(await read('memory', ids.slice(0, 1))).toEqual(ids.slice(0, 1));
  await settleAll(db, 'memory', ids.slice(0, 1));
  expect(await read('memory', ids)).toEqual(ids.slice(1).toSorted());
  expect(await read('training-log', ids)).toHaveLength(3);
  const event = { ...selection(), facet_deltas: {} } as never;
  await db.transaction().execute((tx) => insertEvents(tx, [{ name: 'persona.updated', event }]));
  const { pending } = await db
    .selectFrom('outbox')
    .select('pending')
    .where('event', '=', 'persona.updated')
    .executeTakeFirstOrThrow();
  expect(pending).toEqual(['training-log']);
});

test('a settled event is complete with its last consumer alone', async () => {
  const { db, ids } = await withEvents(2);
  await using _ = db;
  const [one = '', two = ''] = ids;
  await settleAll(db, 'memory', [one]);
  await settleAll(db, 'persona', [one]);
  const settled = await settleAll(db, 'training-log', ids);
  expect(new Map(settled.map(({ event_id, complete }) => [event_id, complete]))).toEqual(
    new Map([
      [one, true],
      [two, false],
    ]),
  );
  expect(await settleAll(db, 'training-log', ids)).toEqual([]);
  expect(await eventStatus(db, one)).toEqual({ pending: [], failed: [] });
  expect(await eventStatus(db, two)).toEqual({ pending: ['memory', 'persona'], failed: [] });
});

test('the depth counts up to its bound, and names the age of the oldest in milliseconds', async () => {
  const { db, ids } = await withEvents(3);
  await using _ = db;
  await sql`update outbox set created_at = clock_timestamp() - interval '90 seconds' where event_id = ${ids[1]}`.execute(
    db,
  );
  const { pending, oldest_ms } = await outboxDepth(db, 3);
  expect(pending).toBe(3);
  expect(oldest_ms).toBeGreaterThan(90_000);
  expect(oldest_ms).toBeLessThan(150_000);
  expect((await outboxDepth(db, 2)).pending).toBe(2);
  await sql`delete from outbox`.execute(db);
  expect(await outboxDepth(db)).toEqual({ pending: 0, oldest_ms: null });
});

test('sweepers share what is overdue: what one has taken and not yet committed the other leaves', async () => {
  const { db, ids } = await withEvents(2);
  await using _ = db;
  await sql`update outbox set created_at = created_at - interval '1 hour'`.execute(db);
  const take = (on: Db) =>
    takeOverdue(on, { olderThanMs: 60_000, againMs: 60_000, limit: 1, consumers: ['memory'] });
  const taken = await db.transaction().execute(async (tx) => [...(await take(tx)), ...(await take(db))]);
  expect(taken.map(({ event_id }) => event_id).sort()).toEqual([...ids].sort());
  // A mark of the future is that of a clock which was set back since.
  await sql`update outbox set swept_at = swept_at + interval '1 day'`.execute(db);
  expect(await take(db)).toHaveLength(1);
});
