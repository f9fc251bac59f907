import { chmod, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectDb, type Db } from '@learning-loop/db/connect';
import { convertInteractionsToPartitions } from '@learning-loop/db/ddl/convert-to-partitions';
import { createMigrator, migrate } from '@learning-loop/db/migrate';
import { startEmbeddedPostgres } from '@learning-loop/embedded-postgres/start';
import { type RawBuilder, sql } from 'kysely';
import { oldest, tables } from './tables.ts';

/** Where the large database lies: some 18 GB, and 3 GB more while it is made. */
export const growthDirectory = path.join(tmpdir(), 'learning-loop-growth');
export const growthData = path.join(growthDirectory, 'postgres');

const lanes = 2;
/** Nothing of it has to survive a crash, and what fills a table that the same transaction made needs no log then. */
const forFilling = {
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  maintenance_work_mem: '512MB',
};

/** Makes the large database, unless an earlier run has kept it; returns the seconds that it took, 0 if it was there. */
export async function prepareGrown(): Promise<number> {
  const start = performance.now();
  await mkdir(growthDirectory, { recursive: true });
  await chmod(growthDirectory, 0o755);
  if (!(await settle())) return 0;
  await withDatabase(async (db) => {
    const waiting = Object.entries(tables);
    const lane = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await fillTable(db, ...next);
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    // What one lane cleans while the other's transaction is open stays unmarked, and index-only scans look at its rows.
    await sql`vacuum (analyze)`.execute(db);
    for (const name of Object.keys(forFilling)) await sql`alter system reset ${sql.ref(name)}`.execute(db);
    await sql`comment on database postgres is 'grown'`.execute(db);
    await sql`checkpoint`.execute(db);
  });
  return (performance.now() - start) / 1000;
}

/** Brings the schema up to date and the server into the state for filling. False when it is full already. */
async function settle(): Promise<boolean> {
  return await withDatabase(async (db) => {
    await migrateEarly(db);
    const { rows } = await sql<{ comment: string | null }>`
      select shobj_description(oid, 'pg_database') as comment from pg_database where datname = 'postgres'`.execute(
      db,
    );
    if (rows[0]?.comment === 'grown') {
      // A run that was cut off left events that no worker will ever take: learning would never count as done.
      await sql`truncate outbox`.execute(db);
      return false;
    }
    for (const [name, value] of Object.entries(forFilling))
      await sql`alter system set ${sql.ref(name)} = ${sql.lit(value)}`.execute(db);
    return true;
  });
}

/** Partitions lie as if they had been made by the month while the rows came. */
async function migrateEarly(db: Db): Promise<void> {
  const { error } = await createMigrator(db).migrateToLatest();
  if (error !== undefined) throw error;
  await convertInteractionsToPartitions(db, oldest);
  await migrate(db);
}

async function withDatabase<T>(work: (db: Db) => Promise<T>): Promise<T> {
  await using postgres = await startEmbeddedPostgres(growthData, { durable: false });
  await using db = connectDb(postgres.url, { name: 'growth', max: lanes });
  return await work(db);
}

/** Rows first, then the indexes over all of them: far faster than one entry after the other. */
async function fillTable(db: Db, table: string, insert: RawBuilder<unknown>): Promise<void> {
  const { rows: indexes } = await sql<{ drop: string; make: string }>`
    select coalesce('alter table ' || conrelid::regclass || ' drop constraint ' || quote_ident(conname),
        'drop index ' || indexrelid::regclass) as drop,
      coalesce('alter table ' || conrelid::regclass || ' add constraint ' || quote_ident(conname) || ' '
        || pg_get_constraintdef(c.oid), replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')) as make
    from pg_index left join pg_constraint c on conindid = indexrelid and contype in ('p', 'u')
    where indrelid = ${table}::regclass`.execute(db);
  await db.transaction().execute(async (tx) => {
    await sql`truncate ${sql.table(table)}`.execute(tx);
    for (const { drop } of indexes) await sql.raw(drop).execute(tx);
    await insert.execute(tx);
    for (const { make } of indexes) await sql.raw(make).execute(tx);
  });
}
