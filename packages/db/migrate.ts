import fs from 'node:fs/promises';
import path from 'node:path';
import { StartError } from '@learning-loop/service/errors';
import type { Kysely } from 'kysely';
import { FileMigrationProvider, type Migration, Migrator } from 'kysely/migration';
import { connectDb, type Db, usesTransactionPooler } from './connect.ts';
import { concurrentIndexes, createIndexesConcurrently } from './ddl/concurrent-indexes.ts';
import { convertInteractionsToPartitions } from './ddl/convert-to-partitions.ts';
import { retryOnLockTimeout, setLockTimeout } from './ddl/lock-timeout.ts';
import { createFuturePartitions } from './ddl/partitions.ts';
import { toDatabaseStartError } from './start-errors.ts';
import { beginLeaseSession } from './transactions.ts';

const migrationFolder = path.join(import.meta.dirname, 'migrations');

/**
 * Safe to call concurrently: one migrates, the others wait for the migrations, but not for indexes and partitions. Throws
 * a StartError if the database cannot be reached or used.
 */
export async function migrate(db: Db): Promise<void> {
  try {
    await migrateSchema(db);
  } catch (error) {
    throw toDatabaseStartError(error);
  }
}

async function migrateSchema(db: Db): Promise<void> {
  if (usesTransactionPooler(db)) return await requireMigrated(db);
  await retryOnLockTimeout(() => migrateToLatest(db));
  await createIndexesConcurrently(db, concurrentIndexes);
  const now = new Date();
  await convertInteractionsToPartitions(db, now);
  await createFuturePartitions(db, now);
}

/** Kysely's lock belongs to the session: the server takes it from a process that freezes, and another one migrates. */
async function migrateToLatest(db: Db): Promise<void> {
  await db.connection().execute(async (connection) => {
    await using _lease = await beginLeaseSession(connection);
    const { error } = await createMigrator(connection).migrateToLatest();
    if (error !== undefined) throw error;
  });
}

/** A pooler hands the session with the migration lock to another client: the next migration would wait for an hour. */
async function requireMigrated(db: Db): Promise<void> {
  const missing = (await createMigrator(db).getMigrations()).filter(
    ({ executedAt }) => executedAt === undefined,
  );
  if (missing.length === 0) return;
  throw new StartError(
    `The database lacks the migrations ${missing.map(({ name }) => name).join(', ')}, which cannot be made through a pooler ` +
      'in transaction mode: run apps/gateway/migrate.ts once with a DATABASE_URL that leads to PostgreSQL itself.',
  );
}

export const createMigrator = (db: Db): Migrator => new Migrator({ db, provider: { getMigrations } });

async function getMigrations(): Promise<Record<string, Migration>> {
  const files = await new FileMigrationProvider({ fs, path, migrationFolder }).getMigrations();
  return Object.fromEntries(
    Object.entries(files).map(([name, { up }]) => [name, { up: withLockTimeout(up) }]),
  );
}

const withLockTimeout = (up: Migration['up']) => async (db: Kysely<unknown>) => {
  await setLockTimeout(db);
  await up(db);
};

/** For a process whose own role may not migrate. */
export async function migrateFirst(databaseUrl: string): Promise<void> {
  await using db = connectDb(databaseUrl, { name: 'migrate', max: 1 });
  await migrate(db);
}
