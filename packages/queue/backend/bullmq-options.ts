import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueOptions, WorkerOptions } from 'bullmq';
import type { JobQueue, JobWorker, RetryPolicy } from './backend.ts';

/** The braces put all keys of a queue on one slot of a cluster, and different queues on different ones. */
const keyPrefix = (queue: string) => `{learning-loop:${queue}}`;
export const MAX_STREAM = 100;

const queueSettings = {
  streams: { events: { maxLen: MAX_STREAM } },
  // A finished job must not keep its id, or the sweeper could not publish it again.
  defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
} satisfies Partial<QueueOptions>;

/** The jobs of a killed worker are taken over within 9 s: a lock lasts 6 s, and is checked every 3 s. */
const workerSettings = {
  autorun: false,
  lockDuration: 6_000,
  stalledInterval: 3_000,
  maxStalledCount: 3,
  runRetryDelay: 1_000,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
} satisfies Partial<WorkerOptions>;

export const queueOptions = (queue: string) => ({ ...queueSettings, prefix: keyPrefix(queue) });
export const workerOptions = (queue: string) => ({ ...workerSettings, prefix: keyPrefix(queue) });

export function byName<Q extends JobQueue>(open: Q[]): (name: string) => Q {
  const queues = new Map(open.map((queue) => [queue.name, queue]));
  return (name) => {
    const queue = queues.get(name);
    if (!queue) throw new Error(`No queue ${name} was opened.`);
    return queue;
  };
}

const DISCONNECTED_MS = 1_000;

/** Closes gracefully, but for at most `ms`, or 1 s after the connection is lost; others then take over the jobs. */
export async function closeWithTimeout(ms: number, worker: JobWorker): Promise<void> {
  const over = new AbortController();
  const wait = (time: number) => sleep(time, undefined, { signal: over.signal }).catch(() => undefined);
  const closed = worker.close().then(
    () => true,
    () => true,
  );
  const lost = worker.disconnected().then(() => wait(DISCONNECTED_MS));
  const inTime = await Promise.race([closed, wait(ms), lost]);
  over.abort();
  if (!inTime) worker.disconnect();
}

const defaultRetryPolicy: RetryPolicy = { attempts: 8, delayMs: 500 };
const JITTER = 0.5;

export function toRetryPolicy({
  retry = defaultRetryPolicy,
}: {
  retry?: RetryPolicy | undefined;
}): RetryPolicy {
  return retry;
}

export function retryOptions({ delayMs }: RetryPolicy, attempts: number) {
  return { attempts, backoff: { type: 'exponential', delay: delayMs, jitter: JITTER } };
}

/** The wait after this attempt (from 1), as BullMQ computes it for a job that failed this often. */
export function backoffMs({ delayMs }: RetryPolicy, attempt: number): number {
  const longest = delayMs * 2 ** (attempt - 1);
  return Math.round(longest * (1 - JITTER * Math.random()));
}
