import type { Db } from '@learning-loop/db/connect';
import { sql } from 'kysely';

/** Whether a session of this database waits for a lock that another one holds. */
export async function isLockAwaited(db: Db): Promise<boolean> {
  const { rows } = await sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
  return rows.length > 0;
}

/** Whether the last statement of another session, which has ended, holds this text, and began after that time. */
export async function wasAsked(db: Db, text: string, after = new Date(0)): Promise<boolean> {
  const { rows } = await sql`
    select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
      and state = 'idle' and position(${text} in query) > 0 and query_start > ${after}`.execute(db);
  return rows.length > 0;
}

/** Notes from now on under which role rows of `table` are written. */
export async function noteWriters(db: Db, table: string): Promise<() => Promise<string[]>> {
  await sql`create table writers (role text)`.execute(db);
  await sql`grant insert on writers to public`.execute(db);
  await sql`create function note_writer() returns trigger language plpgsql as
    'begin insert into writers values (current_user); return new; end'`.execute(db);
  await sql`create trigger note_writer before insert on ${sql.table(table)}
    for each row execute function note_writer()`.execute(db);
  return async () => {
    const { rows } = await sql<{ role: string }>`select distinct role from writers order by role`.execute(db);
    return rows.map(({ role }) => role);
  };
}

/** From now on `role` may only insert into `table`: it fails where it reads or changes rows. */
export async function allowOnlyInserts(db: Db, table: string, role: string): Promise<void> {
  await sql`revoke select, update, delete on ${sql.table(table)} from ${sql.id(role)}`.execute(db);
}
