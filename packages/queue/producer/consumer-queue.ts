import type { EventRef } from '@learning-loop/db/loop/outbox';
import { type Consumer, type EventName, routes } from '@learning-loop/events/routes';
import { type Job, UnrecoverableError } from 'bullmq';
import type { Queues, RetryPolicy } from '../backend/backend.ts';
import { retryOptions } from '../backend/bullmq-options.ts';
import { readHolds } from '../backend/holds.ts';
import type { QueueMetrics } from '../metrics.ts';
import type { QueueMemory } from './queue-memory.ts';

export type PublishRequest = EventRef & {
  /** Part of the job id if above 0: a lost job that still holds its id must not be in the way. */
  redelivery?: number;
  retry?: { delayMs: number; attempts: number };
};

/** Enough to share the cost of a job, and few enough for many workers to share the load. */
export const EVENTS_PER_JOB = 20;

type JobData = { event: EventName; event_id: string } | { event: EventName; event_ids: string[] };

/** Fresh events share jobs; a redelivery or retry has a job of its own, for its id, delay and attempts. */
export function toJobs(requests: PublishRequest[], retryPolicy: RetryPolicy) {
  const { fresh = [], repeated = [] } = Object.groupBy(requests, ({ redelivery = 0, retry }) =>
    redelivery > 0 || retry !== undefined ? 'repeated' : 'fresh',
  );
  const batchJobs = [...Map.groupBy(fresh, ({ event }) => event)].flatMap(([event, refs]) =>
    chunk(refs.map(({ event_id }) => event_id)).map((ids) => toBatchJob(event, ids, retryPolicy)),
  );
  return [...batchJobs, ...repeated.map((request) => toSingleJob(request, retryPolicy))];
}

function toBatchJob(event: EventName, event_ids: string[], retryPolicy: RetryPolicy) {
  const [event_id = '', ...others] = event_ids;
  if (others.length === 0) return toSingleJob({ event, event_id }, retryPolicy);
  return {
    name: event,
    data: { event, event_ids } satisfies JobData,
    opts: { jobId: `${event_id}+${others.length}`, ...retryOptions(retryPolicy, retryPolicy.attempts) },
  };
}

function toSingleJob({ event, event_id, redelivery, retry }: PublishRequest, retryPolicy: RetryPolicy) {
  const jobId = redelivery ? `${event_id}~${redelivery}` : event_id;
  const { attempts, delayMs } = retry ?? { attempts: retryPolicy.attempts, delayMs: 0 };
  return {
    name: event,
    data: { event, event_id } satisfies JobData,
    opts: { jobId, ...retryOptions(retryPolicy, attempts), ...(delayMs > 0 ? { delay: delayMs } : {}) },
  };
}

function chunk(ids: string[]): string[][] {
  const count = Math.ceil(ids.length / EVENTS_PER_JOB);
  return Array.from({ length: count }, (_, n) => ids.slice(n * EVENTS_PER_JOB, (n + 1) * EVENTS_PER_JOB));
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function readEventRefs({ id, name, data }: Job): EventRef[] {
  const ids: unknown[] = Array.isArray(data.event_ids) ? data.event_ids : [data.event_id];
  return ids.map((event_id) => {
    if (!isEventName(name) || typeof event_id !== 'string' || !uuid.test(event_id))
      throw new UnrecoverableError(`Job ${id} names no event.`);
    return { event: name, event_id };
  });
}

const isEventName = (name: string): name is EventName => Object.hasOwn(routes, name);

/** All of it rejects when the queue is down. */
export interface ConsumerQueue {
  /** Adds nothing to a full queue: the events stay in the outbox. */
  add(requests: PublishRequest[]): Promise<void>;
  /** At most 1 s old. */
  waiting(): Promise<number>;
  hasRoom(): Promise<boolean>;
  /** What was set from outside and holds it back. */
  holds(): Promise<string[]>;
  prometheusMetrics(): Promise<string>;
}

/** A job takes about 1 KB of Redis (measured). */
const FULL_JOBS = 20_000;
const STATE_TTL_MS = 1_000;

type Guard = <T>(call: () => Promise<T>) => Promise<T>;

interface ConsumerQueueOptions {
  consumer: Consumer;
  metrics: QueueMetrics;
  memory: QueueMemory;
  retry: RetryPolicy;
  /** For the reads of `waiting` and `hasRoom`; `add` is guarded by its caller. */
  guard: Guard;
}

export function openConsumerQueue(
  queues: Queues,
  { consumer, metrics, memory, retry, guard }: ConsumerQueueOptions,
): ConsumerQueue {
  const queue = queues.get(consumer);
  let state = { jobs: 0, waiting: 0, full: false, until: 0 };

  async function readState() {
    const [counts, full] = await Promise.all([
      queue.getJobCounts('waiting', 'active', 'delayed'),
      memory.full(),
    ]);
    for (const [name, jobs] of Object.entries(counts)) metrics.backlog.set({ consumer, state: name }, jobs);
    const jobs = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const { waiting = 0 } = counts;
    state = { jobs, waiting, full: full !== undefined, until: performance.now() + STATE_TTL_MS };
    return state;
  }

  const recentState = async (read: Guard) => (performance.now() < state.until ? state : read(readState));
  const unguarded: Guard = (call) => call();

  async function hasRoom(read: Guard): Promise<boolean> {
    const { jobs, full } = await recentState(read);
    return jobs < FULL_JOBS && !full;
  }

  return {
    hasRoom: () => hasRoom(guard),
    holds: () => guard(() => readHolds(queue)),
    prometheusMetrics: () => queue.exportPrometheusMetrics(),
    waiting: async () => (await recentState(guard)).waiting,
    async add(requests) {
      if (!(await hasRoom(unguarded))) {
        metrics.published.inc({ consumer, outcome: 'held' }, requests.length);
        return;
      }
      const jobs = toJobs(requests, retry);
      await queue.addBulk(jobs);
      state.jobs += jobs.length;
      metrics.published.inc({ consumer, outcome: 'published' }, requests.length);
    },
  };
}
