import { setTimeout } from 'node:timers/promises';
import { type QueryExecutorProvider, sql } from 'kysely';
import pg from 'pg';
import type { Tx } from '../connect.ts';

/**
 * So long a change waits for a table that others use, while they wait behind it: less than PostgreSQL's
 * `deadlock_timeout` of 1 s, so that no statement of theirs is ever ended for it.
 */
const patience = '200ms';
const firstPauseMs = 50;
/** What is in the way for long, such as a dump, is asked seldom: others wait behind each try. */
const longestPauseMs = 5_000;
const growth = 1.1;

/** Runs `change` until no running service is in its way, as often as it takes: it is to undo what it has done. */
export async function retryOnLockTimeout<T>(change: () => Promise<T>): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * growth, longestPauseMs)) {
    try {
      return await change();
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
    }
    await setTimeout(pauseMs);
  }
}

/** SQLSTATE 55P03, or 40P01 where the server looks for deadlocks sooner. */
const isLockTimeout = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.code === '55P03' || error.code === '40P01');

/** What the transaction waits for from now on, it waits for a moment only. */
export async function setLockTimeout(tx: QueryExecutorProvider): Promise<void> {
  await sql`set local lock_timeout = ${sql.lit(patience)}`.execute(tx);
}

/**
 * Keeps everybody else out of these tables, without their partitions, for the rest of the transaction. An autovacuum
 * makes way only for who waits for a second, and nobody may have to wait behind that: so first comes a lock that readers
 * and writers do not mind.
 */
export async function lockTables(tx: Tx, tables: string[]): Promise<void> {
  const names = sql.join(tables.map((table) => sql`only ${sql.table(table)}`));
  await sql`lock table ${names} in share update exclusive mode`.execute(tx);
  await setLockTimeout(tx);
  await sql`lock table ${names} in access exclusive mode`.execute(tx);
}
