import type { OutboxRow } from '@learning-loop/db/loop/outbox';
import { databaseNow } from '@learning-loop/events/clock';
import type { Consumer } from '@learning-loop/events/routes';
import { runTraced, traceAcceptance, traceStep } from '@learning-loop/service/observability/tracing';
import type { Logger } from 'pino';
import type { Outcome, QueueMetrics } from '../metrics.ts';
import type { BatchResult } from './process-events.ts';

export function countEvent(
  metrics: QueueMetrics,
  consumer: Consumer,
  row: OutboxRow,
  outcome: Outcome,
): void {
  const tenant = metrics.tenantLabel(row.tenant_id);
  metrics.events.inc({ consumer, event: row.event, tenant, outcome });
}

const ageSeconds = (row: OutboxRow) => Math.max(0, databaseNow() - row.created_at.getTime()) / 1000;

/** Counts and logs what a batch of so many deliveries has committed. */
export function recordBatch(
  { log, metrics, consumer }: { log: Logger; metrics: QueueMetrics; consumer: Consumer },
  { processed, settled, unparsable, logs }: BatchResult,
  { jobs, seconds }: { jobs: number; seconds: number },
): void {
  for (const { name, fields } of logs) log.info(fields, name);
  for (const row of processed) countEvent(metrics, consumer, row, 'learned');
  for (const row of processed) metrics.lagSeconds.observe({ consumer }, ageSeconds(row));
  for (const row of settled) metrics.learnedSeconds.observe({ event: row.event }, ageSeconds(row));
  const duplicates = jobs - processed.length - unparsable.length;
  if (duplicates > 0)
    metrics.events.inc({ consumer, event: '', tenant: '', outcome: 'duplicate' }, duplicates);
  if (processed.length === 0) return;
  metrics.batchSize.observe({ consumer }, processed.length);
  metrics.batchSeconds.observe({ consumer }, seconds);
}

/** Statements belong to the trace of the first event; the traces of the others get a span that links there. */
export function traceBatch(
  consumer: Consumer,
  ids: string[],
  process: () => Promise<BatchResult>,
): Promise<BatchResult> {
  const [first = ''] = ids;
  const name = `learn ${consumer}`;
  return runTraced(first, name, async ({ link, describe }) => {
    const from = Date.now();
    const result = await process();
    const batch = result.processed.length;
    for (const { event_id, event } of result.processed) {
      if (event_id === first) describe({ event, batch });
      else traceStep(event_id, { name, from, to: Date.now(), attributes: { event, batch }, links: [link] });
    }
    for (const { event, event_id } of result.emitted)
      traceAcceptance(event_id, { name: `accept ${event}`, from, to: Date.now() });
    return result;
  });
}
