import type { EventRef } from '@learning-loop/db/loop/outbox';
import { type Consumer, type EventName, routes } from '@learning-loop/events/routes';
import { type Job, UnrecoverableError } from 'bullmq';
import type { Queues, RetryPolicy } from '../backend/backend.ts';
import { retryOptions } from '../backend/bullmq-options.ts';
import type { QueueMetrics } from '../metrics.ts';

/**
 * A notice of an event. One that has waited for long says so by its round, and gets past a job that stands in its way;
 * one that failed says when it is due and how many attempts it has left.
 */
export type PublishRequest = EventRef & {
  redelivery?: number;
  retry?: { delayMs: number; attempts: number };
};

/** Events a job at most: enough to share its price, and few enough for many workers to share the work. */
const EVENTS_PER_JOB = 20;

/** What a job carries: ids, and nothing else. */
type JobData = { event: EventName; event_id: string } | { event: EventName; event_ids: string[] };

/**
 * The jobs that tell of these events. Those that became known together share a job, because a queue's price is by the
 * job; what comes again has one of its own, so that its id, its delay and its attempts are its own.
 */
export function toJobs(notices: PublishRequest[], retry: RetryPolicy) {
  const alone = notices.filter(
    ({ redelivery: round, retry: again }) => again !== undefined || (round ?? 0) > 0,
  );
  const fresh = Map.groupBy(
    notices.filter((notice) => !alone.includes(notice)),
    ({ event }) => event,
  );
  const bundles = [...fresh].flatMap(([event, all]) =>
    chunks(all).map((some) => toBatchJob(event, some, retry)),
  );
  return [...bundles, ...alone.map((notice) => toSingleJob(notice, retry))];
}

function toBatchJob(event: EventName, notices: PublishRequest[], retry: RetryPolicy) {
  const [first, ...others] = notices.map(({ event_id }) => event_id);
  if (first === undefined) throw new RangeError('a bundle of nothing');
  if (others.length === 0) return toSingleJob({ event, event_id: first }, retry);
  return {
    name: event,
    data: { event, event_ids: [first, ...others] } satisfies JobData,
    opts: { jobId: `${first}+${others.length}`, ...retryOptions(retry, retry.attempts) },
  };
}

function toSingleJob(
  { event, event_id, redelivery: round, retry: again }: PublishRequest,
  retry: RetryPolicy,
) {
  const jobId = round ? `${event_id}~${round}` : event_id;
  const { attempts, delayMs } = again ?? { attempts: retry.attempts, delayMs: 0 };
  return {
    name: event,
    data: { event, event_id } satisfies JobData,
    opts: { jobId, ...retryOptions(retry, attempts), ...(delayMs > 0 ? { delay: delayMs } : {}) },
  };
}

function chunks<T>(all: T[]): T[][] {
  const count = Math.ceil(all.length / EVENTS_PER_JOB);
  return Array.from({ length: count }, (_, n) => all.slice(n * EVENTS_PER_JOB, (n + 1) * EVENTS_PER_JOB));
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The events that a job names: one, or those that became known together. */
export function readEventRefs({ id, name, data }: Job): EventRef[] {
  const ids: unknown[] = Array.isArray(data.event_ids) ? data.event_ids : [data.event_id];
  return ids.map((event_id) => {
    if (!isEventName(name) || typeof event_id !== 'string' || !uuid.test(event_id))
      throw new UnrecoverableError(`Job ${id} names no event.`);
    return { event: name, event_id };
  });
}

const isEventName = (name: string): name is EventName => Object.hasOwn(routes, name);

/** One consumer's queue as its publishers see it. */
export interface ConsumerQueue {
  /** Adds jobs, unless the queue is full: then the outbox holds them. */
  add(notices: PublishRequest[]): Promise<void>;
  /** Jobs that stand in line, not older than 1 s. Rejects when the queue is away. */
  waiting(): Promise<number>;
  hasRoom(): Promise<boolean>;
  /** What BullMQ says of the queue, in Prometheus's text format. Rejects when it is away. */
  prometheusMetrics(): Promise<string>;
}

/** Beyond this many jobs a queue takes no more; measured at 1 KB of Redis each. */
const FULL_JOBS = 20_000;
const FULL_MEMORY = 0.8;
const LOOK_MS = 1_000;

type Guard = <T>(call: () => Promise<T>) => Promise<T>;

interface ConsumerQueueOptions {
  consumer: Consumer;
  metrics: QueueMetrics;
  retry: RetryPolicy;
  /** What asks the queue in `waiting` and `hasRoom`, where a cached answer will not do; `add` is guarded as a whole. */
  guard: Guard;
}

export function openConsumerQueue(
  queues: Queues,
  { consumer, metrics, retry, guard }: ConsumerQueueOptions,
): ConsumerQueue {
  const queue = queues.get(consumer);
  let seen = { jobs: 0, waiting: 0, memory: 0, until: 0 };

  async function look() {
    const [counts, memory] = await Promise.all([
      queue.getJobCounts('waiting', 'active', 'delayed'),
      queues.memoryUse(),
    ]);
    for (const [state, jobs] of Object.entries(counts)) metrics.backlog.set({ consumer, state }, jobs);
    const jobs = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const { waiting = 0 } = counts;
    seen = { jobs, waiting, memory, until: performance.now() + LOOK_MS };
    return seen;
  }

  const recent = async (read: Guard) => (performance.now() < seen.until ? seen : read(look));
  const direct: Guard = (call) => call();

  async function hasRoom(read: Guard): Promise<boolean> {
    const { jobs, memory } = await recent(read);
    return jobs < FULL_JOBS && memory < FULL_MEMORY;
  }

  return {
    hasRoom: () => hasRoom(guard),
    prometheusMetrics: () => queue.exportPrometheusMetrics(),
    waiting: async () => (await recent(guard)).waiting,
    async add(notices) {
      if (!(await hasRoom(direct))) {
        metrics.published.inc({ consumer, outcome: 'held' }, notices.length);
        return;
      }
      const jobs = toJobs(notices, retry);
      await queue.addBulk(jobs);
      seen.jobs += jobs.length;
      metrics.published.inc({ consumer, outcome: 'published' }, notices.length);
    },
  };
}
