import type { Consumer } from '@learning-loop/events/routes';
import type { Queues } from '../backend/backend.ts';
import type { QueueMetrics } from '../metrics.ts';
import type { Retry } from '../retry-policy.ts';
import { bundled, type Republished } from './jobs.ts';

/** One consumer's queue as its publishers see it. */
export interface Outlet {
  /** Adds jobs, unless the queue is full: then the outbox holds them. */
  add(notices: Republished[]): Promise<void>;
  /** Jobs that stand in line, not older than 1 s. Rejects when the queue is away. */
  waiting(): Promise<number>;
  hasRoom(): Promise<boolean>;
  /** What BullMQ says of the queue, in Prometheus's text format. Rejects when it is away. */
  exported(): Promise<string>;
}

/** Beyond this many jobs a queue takes no more; measured at 1 KB of Redis each. */
const FULL_JOBS = 20_000;
const FULL_MEMORY = 0.8;
const LOOK_MS = 1_000;

export function openOutlet(
  queues: Queues,
  { consumer, metrics, retry }: { consumer: Consumer; metrics: QueueMetrics; retry: Retry },
): Outlet {
  const queue = queues.get(consumer);
  let seen = { jobs: 0, waiting: 0, memory: 0, until: 0 };

  async function look() {
    if (performance.now() < seen.until) return seen;
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

  async function hasRoom(): Promise<boolean> {
    const { jobs, memory } = await look();
    return jobs < FULL_JOBS && memory < FULL_MEMORY;
  }

  return {
    hasRoom,
    exported: () => queue.exportPrometheusMetrics(),
    waiting: async () => (await look()).waiting,
    async add(notices) {
      if (!(await hasRoom())) {
        metrics.published.inc({ consumer, outcome: 'held' }, notices.length);
        return;
      }
      const jobs = bundled(notices, retry);
      await queue.addBulk(jobs);
      seen.jobs += jobs.length;
      metrics.published.inc({ consumer, outcome: 'published' }, notices.length);
    },
  };
}
