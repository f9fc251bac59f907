import { groupCommit } from '@learning-loop/queue/group-commit';

interface Waiting<T, R> extends PromiseWithResolvers<R> {
  item: T;
}

/** How reads share round trips: two at a time, so that a slow one holds up half of them at most. */
export const readTogether = { limit: 100, lanes: 2 };

/**
 * One call for many: what is asked for while an earlier batch is under way goes with the next one, so that a round
 * trip's price is shared. `work` answers in the order of its items; when it fails, all of its callers fail.
 */
export function together<T, R>(
  work: (items: T[]) => Promise<R[]>,
  { limit, lanes }: { limit: number; lanes: number },
): (item: T) => Promise<R> {
  const group = groupCommit<Waiting<T, R>>((batch) => answerAll(work, batch), { limit, lanes });
  return (item) => {
    const waiting = { ...Promise.withResolvers<R>(), item };
    group.add(waiting);
    return waiting.promise;
  };
}

async function answerAll<T, R>(work: (items: T[]) => Promise<R[]>, batch: Waiting<T, R>[]): Promise<void> {
  try {
    const results = await work(batch.map(({ item }) => item));
    for (const [place, { resolve, reject }] of batch.entries()) {
      const result = results[place];
      if (place < results.length) resolve(result as R);
      else reject(new Error('a batch was answered in part'));
    }
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}
