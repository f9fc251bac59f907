import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

export interface Batcher<T, R> {
  /** Resolves with the item's result; rejects with the error of its batch. */
  add(item: T): Promise<R>;
  readonly size: number;
  /** Processes what was added so far without lingering; resolves once all of it is resolved or rejected. */
  drain(): Promise<void>;
}

export interface BatcherOptions<T> {
  /** A single item may be heavier. */
  limit: number;
  weigh?: (item: T) => number;
  concurrency?: number;
  /** Between the starts of two batches of one lane. */
  minIntervalMs?: number;
  /** How long a batch that is not full waits for more items. */
  lingerMs?: number;
  /** Errors caused by a single item: each item of the batch is then processed on its own, all at once. */
  isItemError?: (error: unknown) => boolean;
}

interface Entry<T, R> extends PromiseWithResolvers<R> {
  item: T;
}

interface Batch<T, R> {
  entries: Entry<T, R>[];
  weight: number;
  runInContext: ReturnType<typeof AsyncLocalStorage.snapshot>;
  stopLingering: AbortController;
  done: PromiseWithResolvers<void>;
}

/**
 * Group commit: items that arrive while a batch is processed form the next one. `work` resolves with one result per
 * item, in order, and runs in the asynchronous context (the trace) of the first item.
 */
export function createBatcher<T, R>(
  work: (items: T[]) => Promise<R[]>,
  options: BatcherOptions<T>,
): Batcher<T, R> {
  const { limit, weigh = () => 1, concurrency = 1, minIntervalMs = 0, lingerMs = 0, isItemError } = options;
  const unfinished = new Set<Batch<T, R>>();
  const queued: Batch<T, R>[] = [];
  let filling: Batch<T, R> | undefined;
  let lanes = 0;

  function openBatch(): Batch<T, R> {
    filling?.stopLingering.abort();
    const runInContext = AsyncLocalStorage.snapshot();
    const done = Promise.withResolvers<void>();
    filling = { entries: [], weight: 0, runInContext, stopLingering: new AbortController(), done };
    queued.push(filling);
    unfinished.add(filling);
    return filling;
  }

  async function processBatch(batch: Batch<T, R>): Promise<void> {
    const { signal } = batch.stopLingering;
    if (lingerMs > 0) await sleep(lingerMs, undefined, { signal }).catch(() => undefined);
    if (filling === batch) filling = undefined;
    const interval = minIntervalMs > 0 && sleep(minIntervalMs);
    await batch.runInContext(() => settleEntries(work, batch.entries, isItemError));
    unfinished.delete(batch);
    batch.done.resolve();
    await interval;
  }

  async function runLane(): Promise<void> {
    await nextTurn();
    for (let batch = queued.shift(); batch; batch = queued.shift()) await processBatch(batch);
    // In the same turn as the last look at the queue: an item added in between would find no lane and open none.
    lanes -= 1;
  }

  return {
    add(item) {
      const entry = { ...Promise.withResolvers<R>(), item };
      const weight = weigh(item);
      const batch = filling && filling.weight + weight <= limit ? filling : openBatch();
      batch.entries.push(entry);
      batch.weight += weight;
      if (batch.weight >= limit) batch.stopLingering.abort();
      if (lanes < concurrency) {
        lanes += 1;
        void runLane();
      }
      return entry.promise;
    },
    get size() {
      return [...unfinished].reduce((sum, { entries }) => sum + entries.length, 0);
    },
    async drain() {
      const batches = [...unfinished];
      for (const { stopLingering } of batches) stopLingering.abort();
      await Promise.all(batches.map(({ done }) => done.promise));
    },
  };
}

/** Never rejects: a lane that ended early would leave its batch unsettled. */
async function settleEntries<T, R>(
  work: (items: T[]) => Promise<R[]>,
  entries: Entry<T, R>[],
  isItemError?: (error: unknown) => boolean,
): Promise<void> {
  try {
    const results = await work(entries.map(({ item }) => item));
    if (results.length !== entries.length) throw new Error('A batch was answered in part.');
    for (const [i, result] of results.entries()) entries[i]?.resolve(result);
  } catch (error) {
    if (entries.length > 1 && isItemError && holds(isItemError, error))
      await Promise.all(entries.map((entry) => settleEntries(work, [entry])));
    else for (const { reject } of entries) reject(error);
  }
}

function holds(predicate: (error: unknown) => boolean, error: unknown): boolean {
  try {
    return predicate(error);
  } catch {
    return false;
  }
}
