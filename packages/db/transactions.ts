import { setTimeout } from 'node:timers/promises';
import { observeDatabaseTime } from '@learning-loop/events/clock';
import { type QueryExecutorProvider, sql } from 'kysely';
import { isOutdatedPlan } from './client/prepared-client.ts';
import { frozenAfterMs } from './client/session-limits.ts';
import { type Db, type Tx, withinTenantShare } from './connect.ts';
import { firstPrefix, tenantRoleOfPolicies, toRoleNames } from './roles/names.ts';

/** Restricted to the tenant's rows by row-level security. Costs a round trip; retried if a migration outdates plans. */
export async function asTenant<T>(db: Db, tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await withinTenantShare(db, tenantId, () => tenantTransaction(db, tenantId, work));
    } catch (error) {
      if (!isOutdatedPlan(error)) throw error;
    }
  }
}

/** Without policies, any role that owns nothing: an empty one would leave the owner's rights. */
const fallback = toRoleNames(firstPrefix).tenant;

async function tenantTransaction<T>(db: Db, tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  return await db.transaction().execute(async (tx) => {
    await sql`
      select set_config('role', coalesce(${tenantRoleOfPolicies}, ${sql.lit(fallback)}), true),
        set_config('learning_loop.tenant', ${tenantId}, true)`.execute(tx);
    return await work(tx);
  });
}

export async function withinTransaction<T>(db: Db | Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  return isTransaction(db) ? await work(db) : await db.transaction().execute(work);
}

const isTransaction = (db: Db | Tx): db is Tx => db.isTransaction;

/**
 * Undefined if another process holds the lock. `work` may use the session that holds it; no transaction is open. The
 * lock is a lease: the server takes it from a process that freezes. `work` must bear that when the process goes on.
 */
export async function withAdvisoryLock<T>(
  db: Db,
  name: string,
  work: (connection: Db) => Promise<T>,
  leaseMs = frozenAfterMs,
): Promise<T | undefined> {
  return await db.connection().execute(async (connection) => {
    const key = sql`hashtextextended(${name}, 0)`;
    const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_lock(${key}) as mine`.execute(
      connection,
    );
    if (!rows[0]?.mine) return undefined;
    await using _lease = await beginLease(connection, leaseMs);
    try {
      return await work(connection);
    } finally {
      await sql`select pg_advisory_unlock(${key})`.execute(connection);
    }
  });
}

/**
 * Undefined if another process holds the lock. Needs no session, so that it works through a pooler; a transaction, in
 * which nothing happens, is open meanwhile. It ends with a process that freezes.
 */
export async function withTransactionLock<T>(
  db: Db,
  name: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  return await db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ mine: boolean }>`
      select pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) as mine`.execute(tx);
    return rows[0]?.mine ? await work() : undefined;
  });
}

/** Rejects if the session, and with it the lock, was taken from this process. */
export async function requireSession(connection: Db): Promise<void> {
  await sql`select 1`.execute(connection);
}

async function beginLease(connection: Db, leaseMs: number): Promise<AsyncDisposable> {
  const session = await beginLeaseSession(connection, leaseMs);
  let showing = false;
  const showSignOfLife = async () => {
    if (showing) return;
    showing = true;
    // If the session is lost, the next statement of `work` shows it.
    await requireSession(connection).catch(() => undefined);
    showing = false;
  };
  const timer = setInterval(() => void showSignOfLife(), leaseMs / signsPerLease);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await session[Symbol.asyncDispose]();
    },
  };
}

/** One may be late. */
const signsPerLease = 4;

/**
 * The server ends the session when it is idle for `leaseMs`; before version 14 it cannot. Its statements may change the
 * schema, and take hours.
 */
export async function beginLeaseSession(connection: Db, leaseMs = frozenAfterMs): Promise<AsyncDisposable> {
  const leaseSettings = { idle_session_timeout: leaseMs, statement_timeout: 0, lock_timeout: 0 };
  await sql`
    select set_config(name, value, false) from pg_settings
    join json_each_text(${JSON.stringify(leaseSettings)}) as wanted (name, value) using (name)`.execute(
    connection,
  );
  return {
    async [Symbol.asyncDispose]() {
      // A session that was lost is not handed out again.
      await sql`
        select set_config(name, reset_val, false) from pg_settings
        where name = any(${Object.keys(leaseSettings)})`
        .execute(connection)
        .catch(() => undefined);
    },
  };
}

const pollEveryMs = 20;

/** Afterwards, every open transaction has seen what is committed now. Throws after `timeoutMs`. */
export async function waitForOlderTransactions(db: Db, timeoutMs: number): Promise<void> {
  let remaining = await listTransactions(db);
  await waitUntil('older transactions', timeoutMs, async () => {
    const open = new Set(await listTransactions(db));
    remaining = remaining.filter((id) => open.has(id));
    return remaining.length === 0;
  });
}

/** Throws after `timeoutMs`. */
export async function waitForBuilds(db: Db, before: Date, timeoutMs: number): Promise<void> {
  await waitUntil('a dataset that is being built', timeoutMs, async () => {
    const running = db.selectFrom('dataset_builds').select('build_id').where('status', '=', 'running');
    return (await running.where('started_at', '<=', before).executeTakeFirst()) === undefined;
  });
}

async function waitUntil(what: string, timeoutMs: number, isOver: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + timeoutMs; !(await isOver()); await setTimeout(pollEveryMs))
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms for ${what}`);
}

/** Every transaction holds a lock on its virtual id until it ends; the one that asks has another each time. */
async function listTransactions(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select locks.virtualtransaction as id from pg_locks as locks
    join pg_stat_activity as activity using (pid)
    where locks.locktype = 'virtualxid' and activity.datname = current_database()`.execute(db);
  return rows.map(({ id }) => id);
}

/** Now, by PostgreSQL's clock, to the millisecond. */
export async function readDatabaseTime(db: QueryExecutorProvider): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  const [answer] = rows;
  if (!answer) throw new Error('PostgreSQL did not tell the time');
  observeDatabaseTime(answer.now);
  return answer.now;
}
