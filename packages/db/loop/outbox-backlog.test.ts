import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { selection } from '@learning-loop/testing/selection';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { insertEvents } from './outbox.ts';
import { outboxDepth, watchOutbox } from './outbox-backlog.ts';

function connect(url: string): Db {
  const db = connectDb(url);
  onTestFinished(() => db.destroy());
  return db;
}

/** Accepted and settled so long ago that no look has to pass them. */
async function settleMany(db: Db, count: number): Promise<void> {
  await sql`
    insert into outbox (event_id, event, tenant_id, user_id, payload, pending, created_at)
    select gen_random_uuid(), 'hypothesis.selected', 'default', 'ada', '{}', '{memory}',
      clock_timestamp() - interval '5 minutes'
    from generate_series(1, ${count}::int)`.execute(db);
  await sql`delete from outbox`.execute(db);
}

async function accept(db: Db, ago = '0 seconds'): Promise<string> {
  const event = selection();
  await db.transaction().execute((tx) => insertEvents(tx, [{ name: 'hypothesis.selected', event }]));
  await sql`
    update outbox set created_at = created_at - ${ago}::interval where event_id = ${event.event_id}`.execute(
    db,
  );
  return event.event_id;
}

/** As a dump does: nothing that others delete meanwhile can be vacuumed away. */
async function holdHorizon(url: string): Promise<void> {
  const db = connect(url);
  const [held, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      await sql`select from outbox`.execute(tx);
      held.resolve();
      await over.promise;
    });
  await held.promise;
  onTestFinished(async () => {
    over.resolve();
    await holding;
  });
}

/** Index entries that a call passes on its way. */
async function readEntries(db: Db, call: () => Promise<unknown>): Promise<number> {
  const read = async () => {
    await sql`select pg_stat_force_next_flush()`.execute(db);
    const { rows } = await sql<{ n: number }>`
      select coalesce(sum(heap_blks_read + heap_blks_hit), 0)::int as n from pg_statio_user_tables
      where relname = 'outbox'`.execute(db);
    return rows[0]?.n ?? 0;
  };
  const before = await read();
  await call();
  return (await read()) - before;
}

test('while the horizon is held, a look does not pass what was settled long before, and finds all that is pending', async () => {
  const url = await databaseForTest();
  await holdHorizon(url);
  await using db = connectDb(url, { max: 1 });
  await settleMany(db, 60_000);
  const ids = [await accept(db, '20 seconds'), await accept(db)];
  const outbox = watchOutbox(db, 0);
  expect(await outbox.depth()).toMatchObject({ pending: 2 });
  const whole = await readEntries(db, () => outboxDepth(db));
  const again = await readEntries(db, () => outbox.depth());
  expect(whole).toBeGreaterThan(1_000);
  expect(again).toBeLessThan(whole / 20);
  const overdue = { olderThanMs: 10_000, againMs: 60_000, limit: 10, consumers: ['memory' as const] };
  let found: string[] = [];
  const swept = await readEntries(db, async () => {
    found = (await outbox.takeOverdue(overdue)).map(({ event_id }) => event_id);
  });
  expect(found).toEqual([ids[0]]);
  expect(swept).toBeLessThan(whole / 20);
  // What commits late, though it was written before.
  const late = await accept(db, '40 seconds');
  expect(await outbox.depth()).toMatchObject({ pending: 3 });
  expect((await outbox.takeOverdue(overdue)).map(({ event_id }) => event_id)).toEqual([late]);
});

test('an outbox that costs little is looked at as a whole: an event from before, as after a clock jump, is seen at once', async () => {
  const db = connect(await databaseForTest());
  const outbox = watchOutbox(db, 60_000);
  await accept(db);
  expect(await outbox.depth()).toMatchObject({ pending: 1 });
  const old = await accept(db, '1 hour');
  const { pending, oldest_ms } = await outbox.depth();
  expect(pending).toBe(2);
  expect(oldest_ms).toBeGreaterThan(3_500_000);
  const overdue = { olderThanMs: 10_000, againMs: 60_000, limit: 10, consumers: ['memory' as const] };
  expect((await outbox.takeOverdue(overdue)).map(({ event_id }) => event_id)).toEqual([old]);
});
