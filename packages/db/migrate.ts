import fs from 'node:fs/promises';
import path from 'node:path';
import { FileMigrationProvider, Migrator } from 'kysely/migration';
import { connectDb, type Db } from './connect.ts';

const migrationFolder = path.join(import.meta.dirname, 'migrations');

/** Brings the schema up to date. Safe from many processes at once: one migrates, the others wait for it. */
export async function migrate(db: Db): Promise<void> {
  const provider = new FileMigrationProvider({ fs, path, migrationFolder });
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error) throw error;
}

/** The same for a process that works under a role of its own, which may not migrate. */
export async function migrateFirst(databaseUrl: string): Promise<void> {
  await using db = connectDb(databaseUrl, { name: 'migrate', max: 1 });
  await migrate(db);
}
