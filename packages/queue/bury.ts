import { buryEvent } from '@learning-loop/db/loop/dead-letters';
import type { OutboxRow } from '@learning-loop/db/loop/outbox';
import type { Consumer } from '@learning-loop/events/routes';
import { count, type Pupil, undisturbed } from './consumer/consumer-context.ts';

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
