import { groupCommit } from '@learning-loop/async/batcher';

interface Waiting<T, R> extends PromiseWithResolvers<R> {
  item: T;
}

type Work<T, R> = (items: T[]) => Promise<R[]>;

/** How requests share round trips: two at a time, so that a slow one holds up half of them at most. */
export const shared = { limit: 100, lanes: 2 };

/**
 * One call for many: what is asked for while an earlier batch is under way goes with the next one, so that a round
 * trip's price is shared. `work` answers in the order of its items.
 */
export function together<T, R>(
  work: Work<T, R>,
  { limit, lanes }: { limit: number; lanes: number },
): (item: T) => Promise<R> {
  const group = groupCommit<Waiting<T, R>>((batch) => answerAll(work, batch), { limit, lanes });
  return (item) => {
    const waiting = { ...Promise.withResolvers<R>(), item };
    group.add(waiting);
    return waiting.promise;
  };
}

/** Data that the database refuses fails its own caller only; a database that is away fails all of them. */
async function answerAll<T, R>(work: Work<T, R>, batch: Waiting<T, R>[]): Promise<void> {
  try {
    const results = await work(batch.map(({ item }) => item));
    if (results.length !== batch.length) throw new Error('a batch was answered in part');
    for (const [place, result] of results.entries()) batch[place]?.resolve(result);
  } catch (error) {
    if (batch.length > 1 && isDataFault(error)) {
      await Promise.all(batch.map((one) => answerAll(work, [one])));
    } else {
      for (const { reject } of batch) reject(error);
    }
  }
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity constraint violation). */
function isDataFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^2[23]/u.test(String(error.code));
}
