import { persist } from '@learning-loop/async/retry';
import type { Db } from '@learning-loop/db/connect';
import { isOutage } from '@learning-loop/db/errors';
import { buryEvent } from '@learning-loop/db/loop/dead-letters';
import type { OutboxRow } from '@learning-loop/db/loop/outbox';
import type { Consumer } from '@learning-loop/events/routes';
import type { Logger } from 'pino';
import { isConflict } from '../errors.ts';
import type { Outcome, QueueMetrics } from '../metrics.ts';
import type { Publisher } from '../producer/publisher.ts';
import type { Handlers } from './process-events.ts';

/** A consumer with all that it learns with. */
export interface Pupil<C extends Consumer> {
  db: Db;
  log: Logger;
  metrics: QueueMetrics;
  publisher: Publisher;
  consumer: C;
  handlers: Handlers<C>;
  /** Aborted at shutdown: what cannot be done at once is handed back. */
  signal: AbortSignal;
  /** Called while it waits for a server: that is not being wedged. */
  alive(): void;
}

/** Repeats what failed for no fault of the events: a server was away, or two transactions collided. */
export function undisturbed<C extends Consumer, T>(pupil: Pupil<C>, call: () => Promise<T>): Promise<T> {
  const { signal, log } = pupil;
  return persist(call, {
    signal,
    again(error) {
      pupil.alive();
      return isOutage(error) || isConflict(error);
    },
    onAway: (err) => {
      if (isOutage(err)) log.warn({ err }, 'learning_waits');
    },
    onBack: () => log.debug('learning_goes_on'),
  });
}

export function count(metrics: QueueMetrics, consumer: Consumer, row: OutboxRow, outcome: Outcome): void {
  const tenant = metrics.tenantLabel(row.tenant_id);
  metrics.events.inc({ consumer, event: row.event, tenant, outcome });
}

/** Sets an event aside as a dead letter, and logs its error, the only time. */
export async function bury<C extends Consumer>(
  pupil: Pupil<C>,
  row: OutboxRow,
  err: unknown,
  attempts: number,
): Promise<void> {
  const { db, consumer, log, metrics } = pupil;
  const buried = await undisturbed(pupil, () =>
    db.transaction().execute((tx) => buryEvent(tx, consumer, row, { error: describe(err), attempts })),
  );
  if (!buried) return;
  count(metrics, consumer, row, 'dead');
  const { event_id, event, tenant_id } = row;
  log.error({ event_id, event, tenant_id, attempts, err }, 'event_dead_lettered');
}

const LONGEST_ERROR = 4_000;

/** An error with its causes, as text that Postgres can store. */
function describe(error: unknown): string {
  const texts: string[] = [];
  for (let cause = error; cause !== undefined && texts.length < 5; ) {
    texts.push(String(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return texts.join('; caused by ').replaceAll('\u0000', '').slice(0, LONGEST_ERROR);
}
