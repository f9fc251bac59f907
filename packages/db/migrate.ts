import fs from 'node:fs/promises';
import path from 'node:path';
import { errorCode, StartError } from '@learning-loop/service/errors';
import { type Kysely, sql } from 'kysely';
import { FileMigrationProvider, type Migration, Migrator } from 'kysely/migration';
import { requireAccess } from './access/check-access.ts';
import { connectDb, type Db, usesTransactionPooler } from './connect.ts';
import { concurrentIndexes, createIndexesConcurrently } from './ddl/concurrent-indexes.ts';
import { convertInteractionsToPartitions } from './ddl/convert-to-partitions.ts';
import { isLockTimeout, retryOnLockTimeout, setLockTimeout } from './ddl/lock-timeout.ts';
import { createFuturePartitions } from './ddl/partitions.ts';
import type { AccessRole, RoleNames } from './roles/names.ts';
import { toDatabaseStartError } from './start-errors.ts';
import { beginLeaseSession, readDatabaseTime } from './transactions.ts';

const migrationFolder = path.join(import.meta.dirname, 'migrations');

/**
 * Safe to call concurrently: one migrates, the others wait for the migrations, but not for indexes and partitions.
 * Resolves with the names of the database's roles; the caller is going to act as `role`, if any. Throws a StartError if
 * the database cannot be reached or used, or lacks roles, policies or rights.
 */
export async function migrate(db: Db, role?: AccessRole): Promise<RoleNames> {
  try {
    await migrateSchema(db);
    // From now on, the ids of this process sort by PostgreSQL's clock.
    await readDatabaseTime(db);
    // Through a pooler, all but requests keep the rights of the URL's user.
    return await requireAccess(db, role && !usesTransactionPooler(db) ? ['tenant', role] : ['tenant']);
  } catch (error) {
    throw toDatabaseStartError(error);
  }
}

async function migrateSchema(db: Db): Promise<void> {
  if (usesTransactionPooler(db)) return await requireMigrated(db);
  if (!(await runMigrations(db))) return;
  await createIndexesConcurrently(db, concurrentIndexes);
  const now = await readDatabaseTime(db);
  await convertInteractionsToPartitions(db, now);
  await createFuturePartitions(db, now);
}

/** False on the schema of a later version, which has made indexes and partitions as it wants them. */
async function runMigrations(db: Db): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const later = await listLaterMigrations(db);
    if (later.length > 0) return await requireOwnMigrations(db, later);
    const error = await tryMigrations(db);
    if (error === undefined) return true;
    // Another installation on this server may have made the same roles meanwhile: then others are chosen.
    if (attempt === 1 && errorCode(error) === '42501') continue;
    // A later version may have migrated while this one waited for its turn.
    if ((await listLaterMigrations(db)).length === 0) throw error;
  }
}

/** Kysely's lock belongs to the session: the server takes it from a process that freezes, and another one migrates. */
async function tryMigrations(db: Db): Promise<unknown> {
  return await retryOnLockTimeout(() =>
    db.connection().execute(async (connection) => {
      await using _lease = await beginLeaseSession(connection);
      const { error } = await createMigrator(connection).migrateToLatest();
      if (isLockTimeout(error)) throw error;
      return error;
    }),
  );
}

/** Those that a later version made. It only adds to what this one needs (migrations/README.md). */
async function listLaterMigrations(db: Db): Promise<string[]> {
  const { rows: tables } = await sql<{ made: boolean }>`
    select to_regclass('kysely_migration') is not null as made`.execute(db);
  if (!tables[0]?.made) return [];
  const own = (await createMigrator(db).getMigrations()).map(({ name }) => name);
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name).filter((name) => !own.includes(name));
}

async function requireOwnMigrations(db: Db, later: string[]): Promise<false> {
  const missing = await listMissingMigrations(db);
  if (missing.length === 0) return false;
  throw new StartError(
    `The database has migrations of a later version (${later.join(', ')}) and lacks ${missing.join(', ')} of this one: ` +
      'start the later version, or run its apps/gateway/migrate.ts.',
  );
}

async function listMissingMigrations(db: Db): Promise<string[]> {
  const own = await createMigrator(db).getMigrations();
  return own.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name);
}

/** A pooler hands the session with the migration lock to another client: the next migration would wait for an hour. */
async function requireMigrated(db: Db): Promise<void> {
  const missing = await listMissingMigrations(db);
  if (missing.length === 0) return;
  throw new StartError(
    `The database lacks the migrations ${missing.join(', ')}, which cannot be made through a pooler ` +
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
export async function migrateFirst(databaseUrl: string, role?: AccessRole): Promise<RoleNames> {
  await using db = connectDb(databaseUrl, { name: 'migrate', max: 1 });
  return await migrate(db, role);
}
