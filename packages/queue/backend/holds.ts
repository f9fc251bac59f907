import type { JobQueue } from './backend.ts';

/** What was set on a queue from outside and holds back its workers, such as by bull-board; it outlives restarts. */
export async function readHolds(queue: JobQueue): Promise<string[]> {
  const [paused, concurrency, limit] = await Promise.all([
    queue.isPaused(),
    queue.getGlobalConcurrency(),
    queue.getGlobalRateLimit(),
  ]);
  return [
    ...(paused ? ['paused'] : []),
    ...(concurrency === null ? [] : [`at most ${concurrency} jobs at a time`]),
    ...(limit === null ? [] : [`at most ${limit.max} jobs in ${limit.duration} ms`]),
  ];
}

/** Undoes all of it. */
export async function release(queue: JobQueue): Promise<void> {
  await queue.removeGlobalConcurrency();
  await queue.removeGlobalRateLimit();
  await queue.removeRateLimitKey();
  if (await queue.isPaused()) await queue.resume();
}
