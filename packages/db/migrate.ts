import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { FileMigrationProvider, type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { connectDb, type Db } from './connect.ts';
import { makeIndexesOnline, onlineIndexes } from './online-indexes.ts';

const migrationFolder = path.join(import.meta.dirname, 'migrations');

/**
 * So long a migration waits for a table that others use, while they wait behind it: less than PostgreSQL's
 * `deadlock_timeout` of 1 s, so that no statement of theirs is ever ended for it.
 */
const patience = '200ms';
const pauseMs = 50;

/**
 * Brings the schema up to date. Safe from many processes at once: one migrates, the others wait for it. Where the
 * running service is in the way, it undoes what it has done and tries again, as often as it takes. Indexes that are
 * made beside the running service are waited for only by the process that makes them.
 */
export async function migrate(db: Db): Promise<void> {
  for (;;) {
    const { error } = await migrator(db).migrateToLatest();
    if (error === undefined) break;
    if (!isInTheWay(error)) throw error;
    await setTimeout(pauseMs);
  }
  await makeIndexesOnline(db, onlineIndexes);
}

/** SQLSTATE 55P03, or 40P01 where the server looks for deadlocks sooner. */
const isInTheWay = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.code === '55P03' || error.code === '40P01');

export const migrator = (db: Db): Migrator => new Migrator({ db, provider: { getMigrations } });

async function getMigrations(): Promise<Record<string, Migration>> {
  const files = await new FileMigrationProvider({ fs, path, migrationFolder }).getMigrations();
  return Object.fromEntries(Object.entries(files).map(([name, { up }]) => [name, { up: patiently(up) }]));
}

const patiently = (up: Migration['up']) => async (db: Kysely<unknown>) => {
  await sql`set local lock_timeout = ${sql.lit(patience)}`.execute(db);
  await up(db);
};

/** The same for a process that works under a role of its own, which may not migrate. */
export async function migrateFirst(databaseUrl: string): Promise<void> {
  await using db = connectDb(databaseUrl, { name: 'migrate', max: 1 });
  await migrate(db);
}
