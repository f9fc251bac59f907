import { createBatcher } from '@learning-loop/async/batcher';
import { errorCode } from '@learning-loop/service/errors';

/** Two statements at a time: a slow one delays at most half of the callers. */
const batching = { limit: 100, concurrency: 2, isItemError: isDataError };

/** Concurrent callers share a statement and its commit. Rejected data fails only its own caller, an outage all. */
export function batchStatements<T, R>(statement: (items: T[]) => Promise<R[]>): (item: T) => Promise<R> {
  return createBatcher(statement, batching).add;
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity constraint violation). */
function isDataError(error: unknown): boolean {
  return /^2[23]/u.test(errorCode(error) ?? '');
}
