import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type Outcome = 'learned' | 'duplicate' | 'retried' | 'later' | 'dead';

const MAX_TENANTS = 100;

/** Only the first 100 tenants get a label of their own, which bounds the number of series. */
function createTenantLabels(): (tenantId: string) => string {
  const labelled = new Set<string>();
  return (tenantId) => {
    if (labelled.size < MAX_TENANTS) labelled.add(tenantId);
    return labelled.has(tenantId) ? tenantId : 'other';
  };
}

const byRegistry = new WeakMap<Registry, QueueMetrics>();

/** Consumers that share a registry share its metrics. */
export function queueMetrics(registry: Registry): QueueMetrics {
  const metrics = byRegistry.get(registry) ?? createMetrics(registry);
  byRegistry.set(registry, metrics);
  return metrics;
}

export type QueueMetrics = ReturnType<typeof createMetrics>;

function createMetrics(registry: Registry) {
  const registers = [registry];
  return {
    tenantLabel: createTenantLabels(),
    ...createMemoryMetrics(registers),
    events: new Counter({
      name: 'learning_loop_events_total',
      help: 'Events that left a consumer, by outcome.',
      labelNames: ['consumer', 'event', 'tenant', 'outcome'],
      registers,
    }),
    batchSize: new Histogram({
      name: 'learning_loop_batch_events',
      help: 'Events that were learned in one transaction.',
      labelNames: ['consumer'],
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
      registers,
    }),
    batchSeconds: new Histogram({
      name: 'learning_loop_batch_seconds',
      help: 'Time that one batch took, from its first query to its commit.',
      labelNames: ['consumer'],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 30],
      registers,
    }),
    lagSeconds: new Histogram({
      name: 'learning_loop_lag_seconds',
      help: 'Age of an event when a consumer had learned it.',
      labelNames: ['consumer'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
      registers,
    }),
    learnedSeconds: new Histogram({
      name: 'learning_loop_learned_seconds',
      help: 'Age of an event when the last of its consumers had learned it: the learning lag.',
      labelNames: ['event'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
      registers,
    }),
    published: new Counter({
      name: 'learning_loop_published_total',
      help: 'Event refs that were handed to a queue, held back because it is full, or refused because it is down.',
      labelNames: ['consumer', 'outcome'],
      registers,
    }),
    backlog: new Gauge({
      name: 'learning_loop_queue_jobs',
      help: 'Jobs in a queue, by state, as last seen.',
      labelNames: ['consumer', 'state'],
      registers,
    }),
    swept: new Counter({
      name: 'learning_loop_swept_total',
      help: 'Overdue events that were published again.',
      labelNames: ['consumer'],
      registers,
    }),
    outboxPending: new Gauge({
      name: 'learning_loop_outbox_pending',
      help: 'Events that were accepted and are not wholly learned yet.',
      registers,
    }),
    outboxOldest: new Gauge({
      name: 'learning_loop_outbox_oldest_seconds',
      help: 'Age of the oldest event that is not wholly learned; 0 when there is none.',
      registers,
    }),
  };
}

function createMemoryMetrics(registers: Registry[]) {
  return {
    polled: new Counter({
      name: 'learning_loop_polled_total',
      help: 'Events that a consumer took from the outbox itself, since the queue is full.',
      labelNames: ['consumer'],
      registers,
    }),
    queueMemory: new Gauge({
      name: 'learning_loop_queue_memory_share',
      help: 'Share of its memory limit that the queue backend uses, as last seen; 0 without a limit.',
      registers,
    }),
    queueFullSince: new Gauge({
      name: 'learning_loop_queue_full_since_seconds',
      help: 'When the memory of the queue backend became full, seconds since 1970; 0 while it has room.',
      registers,
    }),
  };
}
