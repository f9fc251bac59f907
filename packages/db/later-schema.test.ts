import { databaseForTest, emptyDatabaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { connectDb, type Db } from './connect.ts';
import { createMigrator, migrate } from './migrate.ts';

/** What a later version's migration leaves. */
const recordMigration = (db: Db, name: string) =>
  sql`insert into kysely_migration (name, timestamp) values (${name}, now()::text)`.execute(db);

async function listIndexes(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select indexname as name from pg_indexes where schemaname = 'public'`.execute(db);
  return rows.map(({ name }) => name);
}

test.each(['', '?pooler=transaction'])(
  'starts on the schema of a later version, and leaves it alone%s',
  async (mode) => {
    const url = await databaseForTest();
    await using owner = connectDb(url);
    await sql`alter table memories add column source text`.execute(owner);
    await sql`drop index memories_long`.execute(owner);
    await recordMigration(owner, '0099-sources');
    await recordMigration(owner, '0100-places');
    await using db = connectDb(url + mode);
    await migrate(db);
    expect(await listIndexes(owner)).not.toContain('memories_long');
  },
);

test('starts on the schema of a later version that has a name between ours', async () => {
  await using db = connectDb(await databaseForTest());
  await recordMigration(db, '0007-in-between');
  await migrate(db);
});

test('a later version that skipped one of ours is named, with what is missing', async () => {
  await using db = connectDb(await emptyDatabaseForTest());
  await createMigrator(db).migrateTo('0013-embeddings');
  await recordMigration(db, '0099-sources');
  const refused = await migrate(db).catch((error: Error) => error.message);
  expect(refused).toMatch(
    /^The database has migrations of a later version \(0099-sources\) and lacks 0014-seen-by-all.* of this one: [^\n]+\.$/,
  );
  expect(await listIndexes(db)).not.toContain('memories_long');
});

test('a later version that migrates while this one waits for its turn does not stop it', async () => {
  const url = await emptyDatabaseForTest();
  await using db = connectDb(url);
  await createMigrator(db).migrateTo('0013-embeddings');
  await using later = connectDb(url);
  const waiting = await later.transaction().execute(async (tx) => {
    // The lock of Kysely's migrator.
    await sql`select pg_advisory_xact_lock(3853314791062309107)`.execute(tx);
    const migration = migrate(db).then(
      () => 'started',
      (error: Error) => error.message,
    );
    const isWaiting = () =>
      sql`select from pg_locks where locktype = 'advisory' and not granted`.execute(later);
    await expect.poll(async () => (await isWaiting()).rows.length).toBe(1);
    for (const { name, executedAt } of await createMigrator(later).getMigrations())
      if (executedAt === undefined) await recordMigration(tx, name);
    await recordMigration(tx, '0099-sources');
    return { migration };
  });
  expect(await waiting.migration).toBe('started');
});
