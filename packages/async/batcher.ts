import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

export interface Batcher<T, R> {
  /** Resolves with the item's result; rejects with the error of the batch that it was in. */
  add(item: T): Promise<R>;
  /** Items that were added and are not processed yet. */
  readonly size: number;
  /** Processes what was added so far without lingering, and resolves once all of it is resolved or rejected. */
  drain(): Promise<void>;
}

export interface BatcherOptions<T> {
  /** The weight of a batch at most; a single item may be heavier. */
  limit: number;
  /** What an item weighs. Default: 1, so that `limit` counts items. */
  weigh?: (item: T) => number;
  /** Batches that are processed at a time. Default 1. */
  concurrency?: number;
  /** A batch starts this long, in ms, after the previous one of its lane at the earliest. Default 0. */
  minIntervalMs?: number;
  /** A batch waits this long, in ms, for company, unless it is full before. Default 0. */
  lingerMs?: number;
  /** Errors that only one item is to blame for: the items of such a batch are processed again, one by one. */
  isItemError?: (error: unknown) => boolean;
}

interface Waiting<T, R> extends PromiseWithResolvers<R> {
  item: T;
  weight: number;
}

/**
 * Group commit: collects what arrives while the previous batch is processed, and processes it as the next one. Batches
 * grow with the load by themselves; without load an item waits for one turn of the event loop. `work` resolves with a
 * result for each item, in their order, and runs in the asynchronous context (the trace) of the item that came first.
 */
export function createBatcher<T, R>(
  work: (items: T[]) => Promise<R[]>,
  options: BatcherOptions<T>,
): Batcher<T, R> {
  const { limit, weigh = () => 1, concurrency = 1, minIntervalMs = 0, lingerMs = 0 } = options;
  let waiting: Waiting<T, R>[] = [];
  let waitingWeight = 0;
  let working = 0;
  let open = 0;
  let draining = false;
  let inContext = AsyncLocalStorage.snapshot();
  let lingering = new AbortController();
  const lanes = new Set<Promise<void>>();

  function take(): Waiting<T, R>[] {
    let weight = 0;
    const end = waiting.findIndex((next, at) => {
      weight += next.weight;
      return at > 0 && weight > limit;
    });
    const batch = end < 0 ? waiting : waiting.slice(0, end);
    waiting = end < 0 ? [] : waiting.slice(end);
    waitingWeight -= batch.reduce((sum, one) => sum + one.weight, 0);
    return batch;
  }

  async function linger(): Promise<void> {
    if (draining || waitingWeight >= limit) return;
    await sleep(lingerMs, undefined, { signal: lingering.signal }).catch(() => undefined);
    lingering = new AbortController();
  }

  async function lane(): Promise<void> {
    await nextTurn();
    while (waiting.length > 0) {
      if (lingerMs > 0) await linger();
      const rested = minIntervalMs > 0 && sleep(minIntervalMs);
      const batch = take();
      working += batch.length;
      await inContext(() => resolveAll(work, batch, options.isItemError));
      working -= batch.length;
      await rested;
    }
    // At once, and not when the promise settles: what is added in between would find no lane and open none.
    open -= 1;
  }

  function openLane(): void {
    open += 1;
    const running = lane().finally(() => lanes.delete(running));
    lanes.add(running);
  }

  return {
    add(item) {
      const entry = { ...Promise.withResolvers<R>(), item, weight: weigh(item) };
      if (waiting.length === 0) inContext = AsyncLocalStorage.snapshot();
      waiting.push(entry);
      waitingWeight += entry.weight;
      if (waitingWeight >= limit) lingering.abort();
      if (open < concurrency) openLane();
      return entry.promise;
    },
    get size() {
      return waiting.length + working;
    },
    async drain() {
      draining = true;
      lingering.abort();
      await Promise.all(lanes);
      draining = false;
    },
  };
}

async function resolveAll<T, R>(
  work: (items: T[]) => Promise<R[]>,
  batch: Waiting<T, R>[],
  isItemError: (error: unknown) => boolean = () => false,
): Promise<void> {
  try {
    const results = await work(batch.map(({ item }) => item));
    if (results.length !== batch.length) throw new Error('A batch was answered in part.');
    for (const [i, result] of results.entries()) batch[i]?.resolve(result);
  } catch (error) {
    if (batch.length > 1 && isItemError(error))
      await Promise.all(batch.map((one) => resolveAll(work, [one])));
    else for (const { reject } of batch) reject(error);
  }
}
