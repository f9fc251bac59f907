import { databaseForTest } from '@learning-loop/testing/postgres';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { asTenant } from './as-tenant.ts';
import { connectDb, type Db } from './connect.ts';
import { requestErasure } from './erasures.ts';
import { migrateFirst } from './migrate.ts';
import { tablesOfUsers } from './user-rows.ts';
import { setTrainingOptOut } from './user-settings.ts';

async function database(): Promise<{ db: Db; url: string }> {
  const url = await databaseForTest();
  const db = connectDb(url);
  onTestFinished(() => db.destroy());
  return { db, url };
}

const tenantsSeen = async (db: Db) => {
  const rows = await db.selectFrom('user_settings').select('tenant_id').execute();
  return rows.map(({ tenant_id }) => tenant_id).toSorted();
};

test('every table of a tenant has row level security, and a request finds every table of its users', async () => {
  const { db } = await database();
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    join information_schema.columns on table_name = relname and table_schema = 'public' and column_name = 'tenant_id'
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity`.execute(db);
  expect(rows).toEqual([]);
  expect(await asTenant(db, 'acme', tablesOfUsers)).toEqual(await tablesOfUsers(db));
});

test('a request reaches its own tenant, even with a query that forgets to say whose', async () => {
  const { db } = await database();
  for (const tenant_id of ['acme', 'other']) await setTrainingOptOut(db, { tenant_id, user_id: 'ada' }, true);
  expect(await tenantsSeen(db)).toEqual(['acme', 'other']);
  expect(await asTenant(db, 'acme', tenantsSeen)).toEqual(['acme']);
  await asTenant(db, 'acme', async (tx) => {
    await tx.deleteFrom('user_settings').execute();
    await tx.updateTable('memories').set({ content: '' }).execute();
  });
  expect(await tenantsSeen(db)).toEqual(['other']);
  const intrude = asTenant(db, 'acme', (tx) =>
    requestErasure(tx, { tenant_id: 'other', user_id: 'ada' }, crypto.randomUUID()),
  );
  await expect(intrude).rejects.toThrow(/row-level security/u);
  await expect(asTenant(db, 'acme', (tx) => tx.selectFrom('api_keys').selectAll().execute())).rejects.toThrow(
    /permission denied/u,
  );
});

test.each([
  [
    'learning_loop_memory',
    ['api_keys', 'interactions', 'selections', 'personas', 'feedback', 'erasures', 'models'],
  ],
  [
    'learning_loop_persona',
    ['api_keys', 'interactions', 'selections', 'memory_sources', 'erasures', 'models'],
  ],
  [
    'learning_loop_training_log',
    ['api_keys', 'interactions', 'selections', 'memories', 'personas', 'models'],
  ],
])('%s reaches the tables that it works on, and no others', async (role, closed) => {
  const { url } = await database();
  const db = connectDb(url, { role });
  onTestFinished(() => db.destroy());
  expect((await sql`select * from outbox`.execute(db)).rows).toEqual([]);
  for (const table of closed)
    await expect(sql`select * from ${sql.table(table)}`.execute(db), table).rejects.toThrow(
      /permission denied/u,
    );
});

test('a database user that is no superuser can migrate, if it may create roles', async () => {
  const { db, url } = await database();
  const name = `owner_${crypto.randomUUID().slice(0, 8)}`;
  await sql.raw(`create role ${name} login createrole createdb password 'x'`).execute(db);
  await sql.raw(`create database ${name} owner ${name}`).execute(db);
  const own = Object.assign(new URL(`/${name}`, url), { username: name, password: 'x' }).href;
  // On this server somebody else has made the roles: an administrator hands them out.
  for (const role of ['tenant', 'memory', 'persona', 'training_log'])
    await sql.raw(`grant learning_loop_${role} to ${name}`).execute(db);
  await migrateFirst(own);
  const worker = connectDb(own, { role: 'learning_loop_memory', max: 1 });
  onTestFinished(() => worker.destroy());
  expect((await sql`select * from outbox`.execute(worker)).rows).toEqual([]);
});
