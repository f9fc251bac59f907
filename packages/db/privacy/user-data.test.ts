import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { collectUserRows } from '@learning-loop/testing/database/user-rows';
import { selection } from '@learning-loop/testing/selection';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connectDb, type Db, type Tx } from '../connect.ts';
import { insertDeadLetter, replayDeadLetter } from '../loop/dead-letters.ts';
import { insertEvents, loadPending, settle } from '../loop/outbox.ts';
import { finishErasure, recordErasureError, requestErasure, requirePending } from './erasures.ts';
import { deleteUserRows, listUserTables, readUserRows, renewStatistics } from './user-data.ts';

const ada = { tenant_id: 'default', user_id: 'ada' };

async function databaseOfTest(): Promise<Db> {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  return db;
}

async function emit(db: Db | Tx, user = ada): Promise<string> {
  const event = selection(user);
  const insert = (tx: Tx) => insertEvents(tx, [{ name: 'hypothesis.selected', event }]);
  await (db.isTransaction ? insert(db as Tx) : db.transaction().execute(insert));
  return event.event_id;
}

/** A transaction that has done `work` and ends when it is told to. */
async function holdOpen(db: Db, work: (tx: Tx) => Promise<unknown>) {
  const [worked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ended = db.transaction().execute(async (tx) => {
    await work(tx);
    worked.resolve();
    await released.promise;
  });
  await Promise.race([worked.promise, ended]);
  return async () => {
    released.resolve();
    await ended;
  };
}

/** Resolves when another transaction waits for a row. */
async function untilBlocked(db: Db): Promise<void> {
  const blocked = async () => {
    const { rows } = await sql`select from pg_stat_activity
      where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`.execute(db);
    return rows.length;
  };
  await expect.poll(blocked, { interval: 5, timeout: 10_000 }).toBe(1);
}

async function inFlight(db: Db, { tenant_id, user_id } = ada) {
  const count = async (table: 'outbox' | 'dead_letters') =>
    (
      await db
        .selectFrom(table)
        .select('event_id')
        .where('tenant_id', '=', tenant_id)
        .where('user_id', '=', user_id)
        .execute()
    ).length;
  return { outbox: await count('outbox'), dead_letters: await count('dead_letters') };
}

test('what a batch that settles during the erasure adds to the outbox is erased too', async () => {
  const db = await databaseOfTest();
  const event_id = await emit(db);
  const commit = await holdOpen(db, async (tx) => {
    await settle(tx, 'persona', [event_id]);
    await emit(tx);
  });
  const erasing = deleteUserRows(db, ada);
  await untilBlocked(db);
  await commit();
  expect(await erasing).toMatchObject({ outbox: 2, dead_letters: 0 });
  expect(await inFlight(db)).toEqual({ outbox: 0, dead_letters: 0 });
});

async function emitDeadLetter(db: Db): Promise<string> {
  const [row] = await loadPending(db, 'memory', [await emit(db)]);
  if (!row) throw new Error('the event is not pending');
  await db
    .transaction()
    .execute((tx) => insertDeadLetter(tx, 'memory', row, { error: 'poison', attempts: 1 }));
  const { dead_letter_id } = await db
    .selectFrom('dead_letters')
    .select('dead_letter_id')
    .where('event_id', '=', row.event_id)
    .executeTakeFirstOrThrow();
  return dead_letter_id;
}

test('what a replay brings back into the outbox during the erasure is erased too', async () => {
  const db = await databaseOfTest();
  const dead_letter_id = await emitDeadLetter(db);
  await sql`delete from outbox`.execute(db);
  const commit = await holdOpen(db, (tx) => replayDeadLetter(tx, ada.tenant_id, dead_letter_id));
  const erasing = deleteUserRows(db, ada);
  await untilBlocked(db);
  await commit();
  expect(await erasing).toMatchObject({ outbox: 1, dead_letters: 0 });
  expect(await inFlight(db)).toEqual({ outbox: 0, dead_letters: 0 });
});

test('what becomes a dead letter while the dead letters are erased is erased too', async () => {
  const db = await databaseOfTest();
  await emitDeadLetter(db);
  const commit = await holdOpen(db, (tx) => sql`select from dead_letters for update`.execute(tx));
  const erasing = deleteUserRows(db, ada);
  await untilBlocked(db);
  await emitDeadLetter(db);
  await sql`delete from outbox`.execute(db);
  await commit();
  expect(await erasing).toMatchObject({ dead_letters: 2 });
  expect(await inFlight(db)).toEqual({ outbox: 0, dead_letters: 0 });
});

test('a namesake in another tenant, and everybody else of this one, keeps all rows', async () => {
  const db = await databaseOfTest();
  const others = [
    { tenant_id: 'other', user_id: 'ada' },
    { tenant_id: 'default', user_id: 'bob' },
  ];
  for (const user of [ada, ...others]) {
    await emit(db, user);
    await db
      .insertInto('feedback')
      .values({
        ...{ ...user, event_id: newId(), interaction_id: newId(), type: 'thumbs_up', value: 'null' },
        given_at: new Date(),
      })
      .execute();
  }
  const rows = await collectUserRows(db, ada);
  expect([rows['outbox'], rows['feedback']].map((of) => of?.length)).toEqual([1, 1]);
  expect(await deleteUserRows(db, ada)).toMatchObject({ outbox: 1, feedback: 1, dead_letters: 0 });
  for (const user of others) {
    expect(await inFlight(db, user)).toEqual({ outbox: 1, dead_letters: 0 });
    expect((await collectUserRows(db, user))['feedback']).toHaveLength(1);
  }
});

const giveFeedback = (db: Db, user: typeof ada, count: number) =>
  db
    .insertInto('feedback')
    .values(
      Array.from({ length: count }, (_, n) => ({
        ...{
          ...user,
          event_id: newId(),
          interaction_id: newId(),
          type: 'comment',
          value: JSON.stringify(`said ${n}`),
        },
        given_at: new Date(),
      })),
    )
    .execute();

test('all rows of a user are read, a few at a time, without the ids of tenant and user', async () => {
  const db = await databaseOfTest();
  await giveFeedback(db, ada, 101);
  await giveFeedback(db, { ...ada, tenant_id: 'other' }, 1);
  await giveFeedback(db, { ...ada, user_id: 'bob' }, 1);
  const batches: string[][] = [];
  await db.transaction().execute(async (tx) => {
    // Twice in one transaction: the first cursor is closed.
    for (const _ of [1, 2]) {
      batches.length = 0;
      for await (const rows of readUserRows(tx, 'feedback', ada)) batches.push(rows);
    }
  });
  expect(batches.map((rows) => rows.length)).toEqual([50, 50, 1]);
  const rows = batches.flat().map((row) => JSON.parse(row));
  expect(rows.map(({ value }) => value).sort()).toEqual(
    Array.from({ length: 101 }, (_, n) => `said ${n}`).sort(),
  );
  expect(Object.keys(rows[0]).sort()).toEqual(['event_id', 'given_at', 'interaction_id', 'type', 'value']);
});

test('the tables of a user are those with a user, without the erasures, and without the partitions of another', async () => {
  expect(await listUserTables(await databaseOfTest())).toEqual([
    ...['dead_letters', 'embeddings', 'feedback', 'interactions', 'memories', 'memory_sources', 'outbox'],
    ...['persona_updates', 'personas', 'selections', 'user_settings'],
  ]);
});

test('the statistics of the planner hold no value of a user who was erased', async () => {
  const db = await databaseOfTest();
  await giveFeedback(db, ada, 30);
  await sql`analyze feedback`.execute(db);
  const known = async () =>
    (
      await sql<{ values: string }>`select most_common_vals::text as values from pg_stats
      where tablename = 'feedback' and attname = 'user_id' and most_common_vals is not null`.execute(db)
    ).rows;
  expect(await known()).toEqual([{ values: '{ada}' }]);
  await deleteUserRows(db, ada);
  await renewStatistics(db);
  // Before PostgreSQL 18 they stay until the table has rows.
  const { rows } = await sql<{ version: number }>`
    select current_setting('server_version_num')::int as version`.execute(db);
  if ((rows[0]?.version ?? 0) >= 180_000) expect(await known()).toEqual([]);
  await giveFeedback(db, { ...ada, user_id: 'bob' }, 30);
  await renewStatistics(db);
  expect(await known()).toEqual([{ values: '{bob}' }]);
});

test('a trainer that goes on when another one has finished its erasure deletes nothing new, and changes no receipt', async () => {
  const db = await databaseOfTest();
  const erasure = { ...(await requestErasure(db, ada, newId())), user_id: ada.user_id };
  await emit(db);
  expect(await deleteUserRows(db, erasure)).toMatchObject({ outbox: 1 });
  await requirePending(db, [erasure]);
  const receipt = { rows: { outbox: 1 }, training_log_records: 0, dataset_samples: {}, models: [] };
  await finishErasure(db, erasure, receipt);
  // The user has come back.
  await emit(db);
  expect(await deleteUserRows(db, erasure)).toMatchObject({ outbox: 0, dead_letters: 0 });
  expect(await inFlight(db)).toEqual({ outbox: 1, dead_letters: 0 });
  await expect(requirePending(db, [erasure])).rejects.toThrow('Another process');
  await recordErasureError(db, erasure, 'late');
  await finishErasure(db, erasure, { ...receipt, rows: {} });
  const kept = await db.selectFrom('erasures').select(['receipt', 'error']).executeTakeFirstOrThrow();
  expect(kept).toEqual({ receipt, error: null });
});
