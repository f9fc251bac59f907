import fs from 'node:fs/promises';
import path from 'node:path';
import type { Kysely } from 'kysely';
import { FileMigrationProvider, type Migration, Migrator } from 'kysely/migration';
import { connectDb, type Db, usesTransactionPooler } from './connect.ts';
import { concurrentIndexes, createIndexesConcurrently } from './ddl/concurrent-indexes.ts';
import { convertInteractionsToPartitions } from './ddl/convert-to-partitions.ts';
import { retryOnLockTimeout, setLockTimeout } from './ddl/lock-timeout.ts';
import { createFuturePartitions } from './ddl/partitions.ts';

const migrationFolder = path.join(import.meta.dirname, 'migrations');

/**
 * Brings the schema up to date. Safe from many processes at once: one migrates, the others wait for it. Where the
 * running service is in the way, it undoes what it has done and tries again, as often as it takes. Indexes and
 * partitions that are made beside the running service are waited for only by the process that makes them.
 * Through a pooler it only looks whether the schema is up to date, and throws, saying what to do, when it is not.
 */
export async function migrate(db: Db): Promise<void> {
  if (usesTransactionPooler(db)) return await requireMigrated(db);
  await retryOnLockTimeout(async () => {
    const { error } = await migrator(db).migrateToLatest();
    if (error !== undefined) throw error;
  });
  await createIndexesConcurrently(db, concurrentIndexes);
  const now = new Date();
  await convertInteractionsToPartitions(db, now);
  await createFuturePartitions(db, now);
}

/**
 * Who migrates keeps a lock beyond a transaction. A pooler gives the connection that holds it to somebody else, and then
 * nobody gives it back: the next to migrate would wait for an hour.
 */
async function requireMigrated(db: Db): Promise<void> {
  const missing = (await migrator(db).getMigrations()).filter(({ executedAt }) => executedAt === undefined);
  if (missing.length === 0) return;
  throw new Error(
    `The database lacks the migrations ${missing.map(({ name }) => name).join(', ')}, which cannot be made through a pooler ` +
      'in transaction mode: run apps/gateway/migrate.ts once with a DATABASE_URL that leads to PostgreSQL itself.',
  );
}

export const migrator = (db: Db): Migrator => new Migrator({ db, provider: { getMigrations } });

async function getMigrations(): Promise<Record<string, Migration>> {
  const files = await new FileMigrationProvider({ fs, path, migrationFolder }).getMigrations();
  return Object.fromEntries(
    Object.entries(files).map(([name, { up }]) => [name, { up: retryMigration(up) }]),
  );
}

const retryMigration = (up: Migration['up']) => async (db: Kysely<unknown>) => {
  await setLockTimeout(db);
  await up(db);
};

/** The same for a process that works under a role of its own, which may not migrate. */
export async function migrateFirst(databaseUrl: string): Promise<void> {
  await using db = connectDb(databaseUrl, { name: 'migrate', max: 1 });
  await migrate(db);
}
