import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { isOutdated } from './client/prepared-client.ts';
import type { Db, Tx } from './connect.ts';

/**
 * Runs `work` in a transaction that sees and reaches one tenant's rows, whatever its queries ask for: PostgreSQL's row
 * level security holds under a role that owns nothing. Costs one round trip more. `work` is done once more, in another
 * transaction, for each of its statements that a migration has outdated meanwhile.
 */
export async function asTenant<T>(db: Db, tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await tenantTransaction(db, tenantId, work);
    } catch (error) {
      if (!isOutdated(error)) throw error;
    }
  }
}

async function tenantTransaction<T>(db: Db, tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  return await db.transaction().execute(async (tx) => {
    await sql`
      select set_config('role', 'learning_loop_tenant', true),
        set_config('learning_loop.tenant', ${tenantId}, true)`.execute(tx);
    return await work(tx);
  });
}

/** Runs `work` in the transaction that `db` is, or in one of its own. */
export async function withinTransaction<T>(db: Db | Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  return isTransaction(db) ? await work(db) : await db.transaction().execute(work);
}

const isTransaction = (db: Db | Tx): db is Tx => db.isTransaction;

/**
 * Runs `work` unless another process is running it under this name: then returns undefined. `work` may use the
 * connection that says so, on which no transaction is open.
 */
export async function withAdvisoryLock<T>(
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

const lookEveryMs = 20;

/**
 * Resolves when every transaction that is under way now has ended: from then on all others have seen what is
 * committed now. Throws after `atMostMs`.
 */
export async function olderTransactionsEnded(db: Db, atMostMs: number): Promise<void> {
  let left = await underWay(db);
  await until('older transactions', atMostMs, async () => {
    const still = new Set(await underWay(db));
    left = left.filter((id) => still.has(id));
    return left.length === 0;
  });
}

/** Resolves when no build that began before `before` is running. Throws after `atMostMs`. */
export async function buildsEnded(db: Db, before: Date, atMostMs: number): Promise<void> {
  await until('a dataset that is being built', atMostMs, async () => {
    const running = db.selectFrom('dataset_builds').select('build_id').where('status', '=', 'running');
    return (await running.where('started_at', '<=', before).executeTakeFirst()) === undefined;
  });
}

async function until(what: string, atMostMs: number, isOver: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + atMostMs; !(await isOver()); await setTimeout(lookEveryMs))
    if (Date.now() > end) throw new Error(`waited ${atMostMs} ms for ${what}`);
}

/** Every transaction holds a lock on its own virtual id, from its beginning to its end. */
async function underWay(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select locks.virtualtransaction as id from pg_locks as locks
    join pg_stat_activity as activity using (pid)
    where locks.locktype = 'virtualxid' and activity.datname = current_database()
      and pid <> pg_backend_pid()`.execute(db);
  return rows.map(({ id }) => id);
}
