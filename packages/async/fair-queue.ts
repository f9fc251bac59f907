export interface FairQueue {
  /** Groups take turns, each with its own items in order. Rejects with QueueFullError where too many of a group wait. */
  run<R>(group: string, work: () => Promise<R>): Promise<R>;
  isFull(group: string): boolean;
}

export class QueueFullError extends Error {
  override name = 'QueueFullError';
}

interface FairQueueOptions {
  concurrency: number;
  /** Per group, besides what is running. */
  maxWaiting: number;
}

/** Shares what can do a few things at a time between groups, so that one with much to do does not keep the others waiting. */
export function createFairQueue({ concurrency, maxWaiting }: FairQueueOptions): FairQueue {
  /** In the order of their turns; without empty ones. */
  const waiting = new Map<string, (() => Promise<void>)[]>();
  let running = 0;

  function takeNext(): (() => Promise<void>) | undefined {
    const [turn] = waiting;
    if (!turn) return undefined;
    const [group, items] = turn;
    const next = items.shift();
    waiting.delete(group);
    if (items.length > 0) waiting.set(group, items);
    return next;
  }

  async function runAll(): Promise<void> {
    running += 1;
    for (let next = takeNext(); next; next = takeNext()) await next();
    running -= 1;
  }

  const isFull = (group: string) => (waiting.get(group)?.length ?? 0) >= maxWaiting;

  return {
    isFull,
    async run<R>(group: string, work: () => Promise<R>) {
      if (isFull(group)) throw new QueueFullError(`${maxWaiting} of this group wait already.`);
      const { promise, resolve } = Promise.withResolvers<R>();
      const items = waiting.get(group) ?? [];
      // Never rejects: the caller gets the rejection.
      items.push(async () => {
        const result = (async () => await work())();
        resolve(result);
        await result.catch(() => undefined);
      });
      waiting.set(group, items);
      if (running < concurrency) void runAll();
      return await promise;
    },
  };
}
