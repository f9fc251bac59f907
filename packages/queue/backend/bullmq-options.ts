import type { QueueOptions, WorkerOptions } from 'bullmq';
import type { JobQueue } from './backend.ts';

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

export const settingsOfQueue = (queue: string) => ({ ...queueSettings, prefix: prefixOf(queue) });
export const settingsOfWorker = (queue: string) => ({ ...workerSettings, prefix: prefixOf(queue) });

export function byName<Q extends JobQueue>(open: Q[]): (name: string) => Q {
  const queues = new Map(open.map((queue) => [queue.name, queue]));
  return (name) => {
    const queue = queues.get(name);
    if (!queue) throw new Error(`No queue ${name} was opened.`);
    return queue;
  };
}
