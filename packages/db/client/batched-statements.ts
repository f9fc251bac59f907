import { createBatcher } from '@learning-loop/async/batcher';
import { errorCode } from '@learning-loop/service/errors';

/** Two statements at a time, so that a slow one holds up half of the callers at most. */
const batching = { limit: 100, concurrency: 2, isItemError: isDataError };

/**
 * One statement for many callers: what is asked for while an earlier statement runs goes with the next, so that they
 * share its round trip and its commit. `statement` resolves with a result for each item, in their order. Data that
 * Postgres refuses fails its own caller only; a server that is down fails all of them.
 */
export function batchStatements<T, R>(statement: (items: T[]) => Promise<R[]>): (item: T) => Promise<R> {
  return createBatcher(statement, batching).add;
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity constraint violation). */
function isDataError(error: unknown): boolean {
  return /^2[23]/u.test(errorCode(error) ?? '');
}
