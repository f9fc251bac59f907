import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { setTrainingOptOut } from '../users/settings.ts';
import { createIndexesConcurrently } from './concurrent-indexes.ts';

const indexes = [
  { name: 'settings_by_time', table: 'user_settings', on: '(tenant_id, updated_at)' },
  { name: 'opted_out', table: 'user_settings', on: '(user_id) where training_opt_out' },
];

async function connect(url: string, max = 1): Promise<Db> {
  const db = connectDb(url, { max });
  onTestFinished(() => db.destroy());
  return db;
}

/** Which of them are there, and whether they can be used. */
async function made(db: Db): Promise<Record<string, boolean>> {
  const { rows } = await sql<{ name: string; valid: boolean }>`
    select indexrelid::regclass::text as name, indisvalid as valid from pg_index
    where indrelid = 'user_settings'::regclass and not indisprimary order by 1`.execute(db);
  return Object.fromEntries(rows.map(({ name, valid }) => [name, valid]));
}

const all = { opted_out: true, settings_by_time: true };

/** A transaction that has read: `create index concurrently` waits for its end. */
async function holdUp(url: string): Promise<() => Promise<void>> {
  const db = await connect(url);
  const release = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const transaction = db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      await sql`select from user_settings`.execute(tx);
      held.resolve();
      await release.promise;
    });
  await held.promise;
  return async () => {
    release.resolve();
    await transaction;
  };
}

test('while indexes are made others write, and other processes neither wait nor interfere', async () => {
  const url = await databaseForTest();
  const db = await connect(url, 2);
  const letGo = await holdUp(url);
  const making = createIndexesConcurrently(await connect(url), indexes);
  await vi.waitFor(async () => expect(await made(db)).toEqual({ settings_by_time: false }), 10_000);
  await Promise.all([1, 2, 3].map(async () => createIndexesConcurrently(await connect(url), indexes)));
  await setTrainingOptOut(db, { tenant_id: 'acme', user_id: 'ada' }, true);
  expect(await made(db)).toEqual({ settings_by_time: false });
  await letGo();
  await making;
  expect(await made(db)).toEqual(all);
  await createIndexesConcurrently(db, indexes);
  expect(await made(db)).toEqual(all);
});

test('an index that a killed process left invalid is rebuilt', async () => {
  const url = await databaseForTest();
  const db = await connect(url, 2);
  const letGo = await holdUp(url);
  const killed = createIndexesConcurrently(await connect(url), indexes);
  const failure = expect(killed).rejects.toThrow(/terminat/u);
  await vi.waitFor(async () => expect(await made(db)).toEqual({ settings_by_time: false }), 10_000);
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where query like 'create index concurrently%' and datname = current_database()`.execute(db);
  await failure;
  await letGo();
  expect(await made(db)).toEqual({ settings_by_time: false });
  await vi.waitFor(async () => {
    await createIndexesConcurrently(db, indexes);
    expect(await made(db)).toEqual(all);
  }, 10_000);
});
