import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connectDb, type Db, type Tx } from './connect.ts';
import {
  asTenant,
  waitForBuilds,
  waitForOlderTransactions,
  withAdvisoryLock,
  withinTransaction,
} from './transactions.ts';

async function openDb(url?: string, max = 4): Promise<Db> {
  const db = connectDb(url ?? (await databaseForTest()), { max });
  onTestFinished(() => db.destroy());
  return db;
}

/** A transaction that stays open until it is told to end. */
async function holdOpen(db: Db): Promise<() => Promise<void>> {
  const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ended = db.transaction().execute(async (tx) => {
    await sql`select 1`.execute(tx);
    begun.resolve();
    await released.promise;
  });
  await begun.promise;
  return async () => {
    released.resolve();
    await ended;
  };
}

/** Whether it has ended, after it had the time to ask a few times. */
async function isOver(work: Promise<unknown>, db: Db): Promise<boolean> {
  let over = false;
  const ended = work.then(() => {
    over = true;
  });
  for (let i = 0; i < 5 && !over; i += 1) await sql`select pg_sleep(0.02)`.execute(db);
  ended.catch(() => undefined);
  return over;
}

test('the role and the tenant of a request end with its transaction, on the same connection', async () => {
  const db = await openDb(undefined, 1);
  const whoami = async (on: Db | Tx) =>
    (
      await sql<{ role: string; tenant: string | null }>`select current_user as role,
        nullif(current_setting('learning_loop.tenant', true), '') as tenant`.execute(on)
    ).rows[0];
  const before = await whoami(db);
  expect(await asTenant(db, 'acme2', whoami)).toEqual({ role: 'learning_loop_tenant', tenant: 'acme2' });
  expect(await whoami(db)).toEqual(before);
  const failing = asTenant(db, 'acme2', () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect(await whoami(db)).toEqual(before);
});

test('what is done within a transaction ends with that of the caller, or with one of its own', async () => {
  const db = await openDb();
  const write = (on: Db | Tx, user_id: string) =>
    withinTransaction(on, async (tx) => {
      await tx
        .insertInto('user_settings')
        .values({ tenant_id: 'acme', user_id, training_opt_out: true })
        .execute();
      if (user_id === 'fails') throw new Error('later');
    });
  await expect(write(db, 'fails')).rejects.toThrow('later');
  const outer = db.transaction().execute(async (tx) => {
    await write(tx, 'inner');
    throw new Error('rolled back');
  });
  await expect(outer).rejects.toThrow('rolled back');
  await write(db, 'alone');
  const rows = await db.selectFrom('user_settings').select('user_id').execute();
  expect(rows).toEqual([{ user_id: 'alone' }]);
});

test('of two that want the same lock one works, another lock is free, and a failure gives it back', async () => {
  const db = await openDb();
  const release = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const first = withAdvisoryLock(db, 'retention', async (connection) => {
    await sql`select 1`.execute(connection);
    held.resolve();
    await release.promise;
    return 'worked';
  });
  await held.promise;
  const other = async () => 'worked, too';
  expect(await withAdvisoryLock(db, 'retention', other)).toBeUndefined();
  expect(await withAdvisoryLock(db, 'retention 2', other)).toBe('worked, too');
  release.resolve();
  expect(await first).toBe('worked');
  const failing = withAdvisoryLock(db, 'retention', () => Promise.reject(new Error('in vain')));
  await expect(failing).rejects.toThrow('in vain');
  expect(await withAdvisoryLock(await openAnother(db), 'retention', other)).toBe('worked, too');
});

/** Another session of the same database: an advisory lock may be taken again by the session that holds it. */
async function openAnother(db: Db): Promise<Db> {
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db);
  const url = new URL(await databaseForTest());
  url.pathname = `/${rows[0]?.name}`;
  return openDb(url.href, 1);
}

test('the transactions that are open now are waited for, no younger ones, and none of another database', async () => {
  const db = await openDb();
  const endForeign = await holdOpen(await openDb());
  await waitForOlderTransactions(db, 5_000);
  const endFirst = await holdOpen(db);
  const waiting = waitForOlderTransactions(db, 20_000);
  expect(await isOver(waiting, db)).toBe(false);
  const endYounger = await holdOpen(db);
  await endFirst();
  await waiting;
  const begun = performance.now();
  await expect(waitForOlderTransactions(db, 30)).rejects.toThrow('waited 30 ms for older transactions');
  expect(performance.now() - begun).toBeLessThan(10_000);
  for (const end of [endYounger, endForeign]) await end();
});

test('a build is waited for that began before the moment, or at it, and still runs', async () => {
  const db = await openDb();
  const moment = new Date('2026-11-01T12:00:00.000Z');
  const insert = (build_id: string, status: 'running' | 'done', ms: number) =>
    db
      .insertInto('dataset_builds')
      .values({ tenant_id: 'acme', build_id, status, started_at: new Date(moment.getTime() + ms) })
      .execute();
  await insert('01a00000-0000-7000-8000-000000000001', 'done', -1_000);
  await insert('01a00000-0000-7000-8000-000000000002', 'running', 1);
  await waitForBuilds(db, moment, 0);
  const at = '01a00000-0000-7000-8000-000000000003';
  await insert(at, 'running', 0);
  await expect(waitForBuilds(db, moment, 30)).rejects.toThrow(
    'waited 30 ms for a dataset that is being built',
  );
  const waiting = waitForBuilds(db, moment, 20_000);
  expect(await isOver(waiting, db)).toBe(false);
  await db.updateTable('dataset_builds').set({ status: 'failed' }).where('build_id', '=', at).execute();
  await waiting;
});
