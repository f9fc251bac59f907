import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueOptions, WorkerOptions } from 'bullmq';
import type { JobQueue, JobWorker, RetryPolicy } from './backend.ts';

/** In braces, so that all keys of a queue are on one slot of a cluster, and the queues on several. */
const prefixOf = (queue: string) => `{learning-loop:${queue}}`;
/** Nothing reads the event streams but a dashboard, so they stay short. */
export const MAX_STREAM = 100;

const queueSettings = {
  streams: { events: { maxLen: MAX_STREAM } },
  // Nothing that is finished may hold its job id, or the sweeper could not bring it back.
  defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
} satisfies Partial<QueueOptions>;

/** A killed worker's jobs are taken over within 9 s: its locks last 6 s, and are looked at every 3 s. */
const workerSettings = {
  autorun: false,
  lockDuration: 6_000,
  stalledInterval: 3_000,
  maxStalledCount: 3,
  runRetryDelay: 1_000,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
} satisfies Partial<WorkerOptions>;

export const queueOptions = (queue: string) => ({ ...queueSettings, prefix: prefixOf(queue) });
export const workerOptions = (queue: string) => ({ ...workerSettings, prefix: prefixOf(queue) });

export function byName<Q extends JobQueue>(open: Q[]): (name: string) => Q {
  const queues = new Map(open.map((queue) => [queue.name, queue]));
  return (name) => {
    const queue = queues.get(name);
    if (!queue) throw new Error(`No queue ${name} was opened.`);
    return queue;
  };
}

const LOST_MS = 1_000;

/**
 * Closes a worker in order, or lets go of it after `ms`, and 1 s after its server is lost: what it had in hand is then
 * taken over by others.
 */
export async function closeWithTimeout(ms: number, worker: JobWorker): Promise<void> {
  const over = new AbortController();
  const pass = (time: number) => sleep(time, undefined, { signal: over.signal }).catch(() => undefined);
  const closed = worker.close().then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([closed, pass(ms), worker.disconnected().then(() => pass(LOST_MS))]);
  over.abort();
  if (!inTime) worker.disconnect();
}

const usual: RetryPolicy = { attempts: 8, delayMs: 500 };
const JITTER = 0.5;

export const toRetryPolicy = ({ retry = usual }: { retry?: RetryPolicy | undefined }): RetryPolicy => retry;

/** As BullMQ wants it; `attempts` are those that are left. */
export function retryOptions({ delayMs }: RetryPolicy, attempts: number) {
  return { attempts, backoff: { type: 'exponential', delay: delayMs, jitter: JITTER } };
}

/** The wait, in ms, before the attempt after this one (from 1): the same as BullMQ's for a job that failed so often. */
export function backoffMs({ delayMs }: RetryPolicy, attempt: number): number {
  const most = delayMs * 2 ** (attempt - 1);
  return Math.round(most * (1 - JITTER * Math.random()));
}
