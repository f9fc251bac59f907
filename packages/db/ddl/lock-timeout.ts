import { setTimeout } from 'node:timers/promises';
import { type QueryExecutorProvider, sql } from 'kysely';
import pg from 'pg';
import type { Tx } from '../connect.ts';

/** Others queue behind a waiting change: below `deadlock_timeout` (1 s), so that none of them is ever cancelled. */
const lockTimeout = '200ms';
const minPauseMs = 50;
/** Long transactions, such as a dump, are retried rarely: others queue behind every attempt. */
const maxPauseMs = 5_000;
const pauseGrowth = 1.1;

/** Retries without limit; `change` must roll back on failure. */
export async function retryOnLockTimeout<T>(change: () => Promise<T>): Promise<T> {
  for (let pauseMs = minPauseMs; ; pauseMs = Math.min(pauseMs * pauseGrowth, maxPauseMs)) {
    try {
      return await change();
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
    }
    await setTimeout(pauseMs);
  }
}

/** SQLSTATE 55P03, or 40P01 where `deadlock_timeout` is shorter. */
export const isLockTimeout = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.code === '55P03' || error.code === '40P01');

export async function setLockTimeout(tx: QueryExecutorProvider): Promise<void> {
  await sql`set local lock_timeout = ${sql.lit(lockTimeout)}`.execute(tx);
}

/** Locks the tables without their partitions. */
export async function lockTables(tx: Tx, tables: string[]): Promise<void> {
  const names = sql.join(tables.map((table) => sql`only ${sql.table(table)}`));
  // Autovacuum yields only after 1 s, too long for others to queue behind: so it yields to a lock that lets them work.
  await sql`lock table ${names} in share update exclusive mode`.execute(tx);
  await setLockTimeout(tx);
  await sql`lock table ${names} in access exclusive mode`.execute(tx);
}
