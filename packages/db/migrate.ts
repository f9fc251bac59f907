import fs from 'node:fs/promises';
import path from 'node:path';
import { FileMigrationProvider, Migrator } from 'kysely/migration';
import type { Db } from './connect.ts';

const migrationFolder = path.join(import.meta.dirname, 'migrations');

/** Brings the schema up to date. Safe from many processes at once: one migrates, the others wait for it. */
export async function migrate(db: Db): Promise<void> {
  const provider = new FileMigrationProvider({ fs, path, migrationFolder });
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error) throw error;
}
