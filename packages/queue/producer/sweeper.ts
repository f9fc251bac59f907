import { backgroundLoop } from '@learning-loop/async/background-loop';
import type { Db } from '@learning-loop/db/connect';
import { outboxDepth, takeOverdue } from '@learning-loop/db/loop/outbox';
import { type Consumer, consumers } from '@learning-loop/events/routes';
import { throttledLog } from '@learning-loop/service/log';
import type { Service } from '@learning-loop/service/service';
import { Counter, Gauge, type Registry } from 'prom-client';
import { queueMetrics } from '../metrics.ts';
import type { PublishRequest } from './consumer-queue.ts';
import type { Publisher } from './publisher.ts';

/** Dashboards may read /metrics often; the queues are asked at most this often. */
const FRESH_MS = 5_000;

/**
 * BullMQ's own export as part of the registry: jobs by queue and state, and on Redis what was finished and failed.
 * A queue that is away is left out. A second sweeper of a process adds nothing.
 */
function exportBullmq(registry: Registry, publisher: Pick<Publisher, 'prometheusMetrics'>): void {
  if (registry.getSingleMetric('bullmq_job_count')) return;
  let until = 0;
  let asked: Promise<unknown> = Promise.resolve();
  const collect = () => {
    if (performance.now() < until) return asked;
    until = performance.now() + FRESH_MS;
    asked = ask();
    return asked;
  };
  const registers = [registry];
  const labelNames = ['queue', 'state'];
  const help = 'Jobs in a queue by state, as BullMQ counts them.';
  const jobs = new Gauge({
    ...{ name: 'bullmq_job_count', help, labelNames, registers },
    // All series are asked for at once, with the first.
    collect: async () => void (await collect()),
  });
  const [completed, failed] = (['completed', 'failed'] as const).map((outcome) => {
    const name = `bullmq_job_${outcome}_total`;
    return new Counter({
      ...{ name, help: `Attempts that ${outcome}, as BullMQ counts them.`, registers },
      labelNames: ['queue'],
    });
  });

  async function ask(): Promise<void> {
    const texts = await Promise.allSettled(
      consumers.map((consumer) => publisher.prometheusMetrics(consumer)),
    );
    for (const metric of [jobs, completed, failed]) metric?.reset();
    for (const text of texts) if (text.status === 'fulfilled') show(text.value);
  }

  function show(text: string): void {
    for (const { name, queue, state, value } of parse(text)) {
      if (name === 'bullmq_job_count') jobs.set({ queue, state }, value);
      // The Postgres engine does not count what is finished; that is not 0.
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
  /** Between two rounds; a round that finds as much as it may take is followed by the next at once. */
  everyMs: number;
  /** How long an event may be on its way before it is published again. */
  graceMs: number;
  /** Events a round at most. */
  limit: number;
}

/** How long the jobs of a queue that has a backlog are trusted to be merely waiting in it. */
const BACKLOG_GRACE_MS = 60_000;

/**
 * Publishes again, for ever, what the outbox holds for longer than the grace time: after Redis was away or came back
 * empty, after a process died between commit and publish, after a queue was full. Any number of replicas may run.
 */
export function sweep(
  service: Pick<Service<unknown>, 'log' | 'metrics'>,
  db: Db,
  publisher: Publisher,
  pace: SweepOptions,
): AsyncDisposable {
  const metrics = queueMetrics(service.metrics);
  const onError = throttledLog(service.log, 'sweep_failed');
  exportBullmq(service.metrics, publisher);

  async function round(): Promise<number> {
    const depth = await outboxDepth(db);
    metrics.outboxPending.set(depth.pending);
    metrics.outboxOldest.set((depth.oldest_ms ?? 0) / 1000);
    // Workers are scaled by the lengths of their queues, which stay measured though nobody publishes.
    await Promise.allSettled(consumers.map((consumer) => publisher.waiting(consumer)));
    // Negative when the clock was set back.
    if (Math.abs(depth.oldest_ms ?? 0) < pace.graceMs) return 0;
    const { idle, busy } = await consumersWithRoom(publisher);
    const again = await republish(idle, pace.graceMs);
    return again + (await republish(busy, Math.max(BACKLOG_GRACE_MS, pace.graceMs)));
  }

  async function republish(owing: Consumer[], againMs: number): Promise<number> {
    if (owing.length === 0) return 0;
    const { graceMs, limit } = pace;
    const overdue = await takeOverdue(db, { olderThanMs: graceMs, limit, consumers: owing, againMs });
    for (const consumer of owing) {
      const owed = overdue.filter((row) => row.pending.includes(consumer));
      if (owed.length === 0) continue;
      const notices = owed.map(({ event, event_id, age_ms }) => {
        const redelivery = redeliveryNumber(age_ms / graceMs);
        return { event, event_id, redelivery } satisfies PublishRequest;
      });
      await publisher.publish(notices, consumer);
      metrics.swept.inc({ consumer }, owed.length);
    }
    return overdue.length;
  }

  const { everyMs, limit } = pace;
  return backgroundLoop(async () => ((await round()) < limit ? everyMs : 0), { everyMs, onError });
}

/** The consumers whose queues take more: those with nothing in line, and those with a backlog. */
async function consumersWithRoom(publisher: Publisher): Promise<{ idle: Consumer[]; busy: Consumer[] }> {
  const idle: Consumer[] = [];
  const busy: Consumer[] = [];
  for (const consumer of consumers) {
    if (!(await publisher.hasRoom(consumer))) continue;
    ((await publisher.waiting(consumer)) === 0 ? idle : busy).push(consumer);
  }
  return { idle, busy };
}

/**
 * Which job id an overdue event is published under. For eight grace times the first one again, which costs nothing
 * while its job is still on its way; then a new one each time its age doubles, so that a job that is lost but holds
 * its id (a clock that jumped, a half-restored Redis) cannot keep the event back, and the duplicates stay few.
 */
function redeliveryNumber(graces: number): number {
  return Math.max(0, Math.floor(Math.log2(graces)) - 2);
}
