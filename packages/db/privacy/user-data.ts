import type { UserKey } from '@learning-loop/events/ids';
import { sql } from 'kysely';
import type { Db, Tx } from '../connect.ts';

/** Learning that is under way. Erased first: who has not settled by then has no effect. */
const underWay = ['outbox', 'dead_letters'];
/** Keeps no more than a hash of a user once it is done. */
const notErased = ['erasures'];

/**
 * The tables that hold something of a user, found by their columns so that a new one is not forgotten. A partition is
 * reached through its table.
 */
export async function userTables(db: Db | Tx): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select user_column.table_name as name from information_schema.columns as user_column
    join information_schema.columns as tenant_column using (table_schema, table_name)
    join pg_class on relname = table_name and relnamespace = 'public'::regnamespace and not relispartition
    where table_schema = 'public' and user_column.column_name = 'user_id' and tenant_column.column_name = 'tenant_id'
    order by name`.execute(db);
  return rows.map(({ name }) => name).filter((name) => !notErased.includes(name));
}

const isUser = ({ tenant_id, user_id }: UserKey) => sql`tenant_id = ${tenant_id} and user_id = ${user_id}`;

/**
 * Deletes everything of a user; returns rows by table. Nothing of the user may be accepted meanwhile. Learning that
 * is under way fails to settle, and then none of it stands; what settled just before is deleted with the rest.
 */
export async function deleteUserRows(db: Db, user: UserKey): Promise<Record<string, number>> {
  const rows = await deleteUnderWay(db, user);
  const rest = (await userTables(db)).filter((name) => !underWay.includes(name));
  await db.transaction().execute(async (tx) => {
    for (const table of rest) rows[table] = await deleteFrom(tx, table, user);
  });
  return rows;
}

/**
 * A transaction that settles just now may still add what it emitted, or bury what failed: once no row is visible,
 * no such transaction is left, because until its end its own row is.
 */
async function deleteUnderWay(db: Db, user: UserKey): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (let left = true; left; left = await anyUnderWay(db, user)) {
    for (const table of underWay) rows[table] = (rows[table] ?? 0) + (await deleteFrom(db, table, user));
  }
  return rows;
}

async function anyUnderWay(db: Db, user: UserKey): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from outbox where ${isUser(user)})
      or exists (select from dead_letters where ${isUser(user)}) as found`.execute(db);
  return rows[0]?.found ?? false;
}

async function deleteFrom(db: Db | Tx, table: string, user: UserKey): Promise<number> {
  const { numAffectedRows } = await sql`delete from ${sql.table(table)} where ${isUser(user)}`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

/** Everything that the database holds of a user: rows by table. */
export async function readUserRows(db: Db | Tx, user: UserKey): Promise<Record<string, unknown[]>> {
  const held: Record<string, unknown[]> = {};
  for (const table of await userTables(db)) {
    const { rows } = await sql<{ row: unknown }>`
      select to_jsonb(held) - 'tenant_id' - 'user_id' as row from ${sql.table(table)} as held
      where ${isUser(user)}`.execute(db);
    held[table] = rows.map(({ row }) => row);
  }
  return held;
}

/**
 * Makes the planner's statistics anew, which are copies of values: ANALYZE alone leaves those of a table that has
 * become empty. Before PostgreSQL 18 they stay there until the table is filled again. A partition has its own, and the
 * whole has some of all.
 */
export async function renewStatistics(db: Db): Promise<void> {
  const { rows } = await sql<{ can: boolean }>`
    select current_setting('server_version_num')::int >= 180000 as can`.execute(db);
  for (const table of await userTables(db)) {
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
