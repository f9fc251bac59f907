import { backgroundLoop } from '@learning-loop/async/background-loop';
import type { Db } from '@learning-loop/db/connect';
import { watchOutbox } from '@learning-loop/db/loop/outbox-backlog';
import { type Consumer, consumers } from '@learning-loop/events/routes';
import { throttledLog } from '@learning-loop/service/log';
import type { Service } from '@learning-loop/service/service';
import { Counter, Gauge, type Registry } from 'prom-client';
import { queueMetrics } from '../metrics.ts';
import type { PublishRequest } from './consumer-queue.ts';
import type { Publisher } from './publisher.ts';

/** The metric is exact; one process reads it. */
const countAll = 2 ** 31 - 1;

/** Dashboards may read /metrics often; the queues are read at most this often. */
const EXPORT_TTL_MS = 5_000;

/** Adds BullMQ's own metrics to the registry, once per process. A queue that is down is left out. */
function exportBullmq(registry: Registry, publisher: Pick<Publisher, 'prometheusMetrics'>): void {
  if (registry.getSingleMetric('bullmq_job_count')) return;
  let until = 0;
  let update: Promise<unknown> = Promise.resolve();
  const collect = () => {
    if (performance.now() < until) return update;
    until = performance.now() + EXPORT_TTL_MS;
    update = readQueues();
    return update;
  };
  const registers = [registry];
  const labelNames = ['queue', 'state'];
  const help = 'Jobs in a queue by state, as BullMQ counts them.';
  const jobs = new Gauge({
    ...{ name: 'bullmq_job_count', help, labelNames, registers },
    collect: async () => void (await collect()),
  });
  const [completed, failed] = (['completed', 'failed'] as const).map((outcome) => {
    const name = `bullmq_job_${outcome}_total`;
    return new Counter({
      ...{ name, help: `Attempts that ${outcome}, as BullMQ counts them.`, registers },
      labelNames: ['queue'],
      // Without it they would show what the scrape before has read.
      collect: async () => void (await collect()),
    });
  });

  async function readQueues(): Promise<void> {
    const texts = await Promise.allSettled(
      consumers.map((consumer) => publisher.prometheusMetrics(consumer)),
    );
    for (const metric of [jobs, completed, failed]) metric?.reset();
    for (const text of texts) if (text.status === 'fulfilled') setMetrics(text.value);
  }

  function setMetrics(text: string): void {
    for (const { name, queue, state, value } of parse(text)) {
      if (name === 'bullmq_job_count') jobs.set({ queue, state }, value);
      // The Postgres backend does not count finished jobs: leave the series out instead of showing 0.
      else if (value > 0) (name.includes('completed') ? completed : failed)?.inc({ queue }, value);
    }
  }
}

const line =
  /^(?<name>bullmq_\w+)\{queue="(?<queue>[^"]*)"(?:, state="(?<state>[^"]*)")?\} (?<value>\S+)$/gmu;

function parse(text: string) {
  return [...text.matchAll(line)].map(
    ({ groups: { name = '', queue = '', state = '', value = '' } = {} }) => ({
      ...{ name, queue, state },
      value: Number(value),
    }),
  );
}

interface SweepOptions {
  /** Between two rounds; a round that reaches the limit is followed by the next at once. */
  everyMs: number;
  graceMs: number;
  limit: number;
}

/** Grace time in a queue with a backlog, where jobs are probably just waiting. */
const BACKLOG_GRACE_MS = 60_000;

/**
 * Republishes events that stay in the outbox longer than the grace time: Redis was down or came back empty, a process
 * died between commit and publish, or a queue was full. Any number of replicas may run.
 */
export function sweep(
  service: Pick<Service<unknown>, 'log' | 'metrics'>,
  db: Db,
  publisher: Publisher,
  { everyMs, graceMs, limit }: SweepOptions,
): AsyncDisposable {
  const metrics = queueMetrics(service.metrics);
  const outbox = watchOutbox(db);
  const onError = throttledLog(service.log, 'sweep_failed');
  exportBullmq(service.metrics, publisher);

  async function sweepOnce(): Promise<number> {
    const depth = await outbox.depth(countAll);
    metrics.outboxPending.set(depth.pending);
    metrics.outboxOldest.set((depth.oldest_ms ?? 0) / 1000);
    // Workers are scaled by queue length, so it is measured even while nothing is published.
    await Promise.allSettled(consumers.map((consumer) => publisher.waiting(consumer)));
    // Negative when the clock was set back.
    if (Math.abs(depth.oldest_ms ?? 0) < graceMs) return 0;
    const { idle, busy } = await consumersWithRoom(publisher);
    const republished = await republish(idle, graceMs);
    return republished + (await republish(busy, Math.max(BACKLOG_GRACE_MS, graceMs)));
  }

  async function republish(targets: Consumer[], againMs: number): Promise<number> {
    if (targets.length === 0) return 0;
    const overdue = await outbox.takeOverdue({ olderThanMs: graceMs, limit, consumers: targets, againMs });
    for (const consumer of targets) {
      const pending = overdue.filter((row) => row.pending.includes(consumer));
      if (pending.length === 0) continue;
      const requests = pending.map(({ event, event_id, age_ms }) => {
        const redelivery = redeliveryNumber(age_ms / graceMs);
        return { event, event_id, redelivery } satisfies PublishRequest;
      });
      await publisher.publish(requests, consumer);
      metrics.swept.inc({ consumer }, pending.length);
    }
    return overdue.length;
  }

  const run = async () => ((await sweepOnce()) < limit ? everyMs : 0);
  return backgroundLoop(run, { everyMs, onError });
}

async function consumersWithRoom(publisher: Publisher): Promise<{ idle: Consumer[]; busy: Consumer[] }> {
  const idle: Consumer[] = [];
  const busy: Consumer[] = [];
  for (const consumer of consumers) {
    if (!(await publisher.hasRoom(consumer))) continue;
    ((await publisher.waiting(consumer)) === 0 ? idle : busy).push(consumer);
  }
  return { idle, busy };
}

// 0, the original job id, for eight grace times: free while that job still exists. Then one more each time the age
// doubles, so that a lost job holding its id (clock jump, half-restored Redis) blocks nothing, with few duplicates.
function redeliveryNumber(graces: number): number {
  return Math.max(0, Math.floor(Math.log2(graces)) - 2);
}
