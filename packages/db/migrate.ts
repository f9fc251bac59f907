import fs from 'node:fs/promises';
import path from 'node:path';
import { FileMigrationProvider, Migrator } from 'kysely/migration';
import { connectDb, type Db } from './connect.ts';
import { makeIndexesOnline, onlineIndexes } from './online-indexes.ts';

const migrationFolder = path.join(import.meta.dirname, 'migrations');

/**
 * Brings the schema up to date. Safe from many processes at once: one migrates, the others wait for it. Indexes that
 * are made beside the running service are waited for only by the process that makes them.
 */
export async function migrate(db: Db): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const { error } = await migrator(db).migrateToLatest();
    if (!error) break;
    // A transaction of the running version may hold one table and want another, and so may a migration.
    if (!isDeadlock(error) || attempt === attempts) throw error;
  }
  await makeIndexesOnline(db, onlineIndexes);
}

const attempts = 5;
const isDeadlock = (error: unknown) => error instanceof Error && 'code' in error && error.code === '40P01';

export const migrator = (db: Db): Migrator =>
  new Migrator({ db, provider: new FileMigrationProvider({ fs, path, migrationFolder }) });

/** The same for a process that works under a role of its own, which may not migrate. */
export async function migrateFirst(databaseUrl: string): Promise<void> {
  await using db = connectDb(databaseUrl, { name: 'migrate', max: 1 });
  await migrate(db);
}
