import { sql } from 'kysely';
import type { Db } from '../connect.ts';

/**
 * Runs `work` unless another process is running it under this name: then returns undefined. `work` may use the
 * connection that says so, on which no transaction is open.
 */
export async function exclusively<T>(
  db: Db,
  name: string,
  work: (connection: Db) => Promise<T>,
): Promise<T | undefined> {
  return await db.connection().execute(async (connection) => {
    const key = sql`hashtextextended(${name}, 0)`;
    const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_lock(${key}) as mine`.execute(
      connection,
    );
    if (!rows[0]?.mine) return undefined;
    try {
      return await work(connection);
    } finally {
      await sql`select pg_advisory_unlock(${key})`.execute(connection);
    }
  });
}
