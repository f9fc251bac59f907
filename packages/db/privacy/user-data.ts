import type { UserKey } from '@learning-loop/events/ids';
import { sql } from 'kysely';
import type { Db, Tx } from '../connect.ts';
import { retryOnLockTimeout } from '../ddl/lock-timeout.ts';

/** Erased first: a batch that has not settled by then rolls back. */
const inFlightTables = ['outbox', 'dead_letters'];
/** Keeps only a hash of the user once the erasure is done. */
const keptTables = ['erasures'];

/** Found by their columns, so that a new table is not forgotten. Partitions are reached through their parent. */
export async function listUserTables(db: Db | Tx): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select user_column.table_name as name from information_schema.columns as user_column
    join information_schema.columns as tenant_column using (table_schema, table_name)
    join pg_class on relname = table_name and relnamespace = 'public'::regnamespace and not relispartition
    where table_schema = 'public' and user_column.column_name = 'user_id' and tenant_column.column_name = 'tenant_id'
    order by name`.execute(db);
  return rows.map(({ name }) => name).filter((name) => !keptTables.includes(name));
}

const isUser = ({ tenant_id, user_id }: UserKey) => sql`tenant_id = ${tenant_id} and user_id = ${user_id}`;

/** The user, and with `erasure_id` the erasure: once that is done, what the user does anew stays. */
type Erased = UserKey & { erasure_id?: string };

/** A trainer that was frozen may go on when another one has finished its erasure. */
const isPending = ({ erasure_id }: Erased) =>
  erasure_id === undefined
    ? sql<boolean>`true`
    : sql<boolean>`exists (select from erasures where erasure_id = ${erasure_id} and done_at is null)`;

/** Rows by table. Nothing of the user may be accepted meanwhile; batches in flight fail to settle and roll back. */
export async function deleteUserRows(db: Db, user: Erased): Promise<Record<string, number>> {
  const rows = await deleteInFlight(db, user);
  const rest = (await listUserTables(db)).filter((name) => !inFlightTables.includes(name));
  await db.transaction().execute(async (tx) => {
    for (const table of rest) rows[table] = await deleteFrom(tx, table, user);
  });
  return rows;
}

/** A settling batch may still insert events or dead letters, but until it ends its own outbox row remains visible. */
async function deleteInFlight(db: Db, user: Erased): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (let left = true; left; left = await hasInFlight(db, user)) {
    for (const table of inFlightTables)
      rows[table] = (rows[table] ?? 0) + (await deleteFrom(db, table, user));
  }
  return rows;
}

async function hasInFlight(db: Db, user: Erased): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select ${isPending(user)} and (exists (select from outbox where ${isUser(user)})
      or exists (select from dead_letters where ${isUser(user)})) as found`.execute(db);
  return rows[0]?.found ?? false;
}

async function deleteFrom(db: Db | Tx, table: string, user: Erased): Promise<number> {
  const { numAffectedRows } =
    await sql`delete from ${sql.table(table)} where ${isUser(user)} and ${isPending(user)}`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

/** The rows of one of the user's tables as JSON, a few at a time: all of them may not fit into memory. */
export async function* readUserRows(tx: Tx, table: string, user: UserKey): AsyncGenerator<string[]> {
  const cursor = sql.ref(`export_${table}`);
  await sql`
    declare ${cursor} no scroll cursor for
    select (to_jsonb(held) - 'tenant_id' - 'user_id')::text as row from ${sql.table(table)} as held
    where ${isUser(user)}`.execute(tx);
  const fetch = () => sql<{ row: string }>`fetch ${sql.lit(rowsPerFetch)} from ${cursor}`.execute(tx);
  for (let { rows } = await fetch(); rows.length > 0; { rows } = await fetch())
    yield rows.map(({ row }) => row);
  await sql`close ${cursor}`.execute(tx);
}

const rowsPerFetch = 50;

/**
 * Takes deleted rows out of the files of these tables and their indexes, where no transaction may still see them. Waits
 * for an autovacuum of the same table.
 */
export async function vacuum(db: Db, tables: string[]): Promise<void> {
  await db.connection().execute(async (connection) => {
    // However large the tables are; no transaction is open meanwhile.
    await sql`set statement_timeout = 0`.execute(connection);
    try {
      for (const table of tables)
        await retryOnLockTimeout(() =>
          sql`vacuum (index_cleanup on) ${sql.table(table)}`.execute(connection),
        );
    } finally {
      await sql`reset statement_timeout`.execute(connection);
    }
  });
}

/** Statistics contain values, and ANALYZE keeps them for an emptied table: before PostgreSQL 18, until it has rows. */
export async function renewStatistics(db: Db): Promise<void> {
  const { rows } = await sql<{ can: boolean }>`
    select current_setting('server_version_num')::int >= 180000 as can`.execute(db);
  for (const table of await listUserTables(db)) {
    if (rows[0]?.can) {
      await sql`
        select pg_clear_attribute_stats(schemaname, tablename, attname, inherited) from pg_stats
        where schemaname = 'public' and tablename in (
          select relname from pg_class left join pg_inherits on inhrelid = oid
          where ${table}::regclass in (oid, inhparent))`.execute(db);
    }
    await sql`analyze ${sql.table(table)}`.execute(db);
  }
}
