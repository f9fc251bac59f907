import { setTimeout as sleep } from 'node:timers/promises';
import { retry } from '@learning-loop/async/retry';
import type { Db } from '@learning-loop/db/connect';
import { isOutage } from '@learning-loop/db/errors';
import { insertDeadLetter } from '@learning-loop/db/loop/dead-letters';
import { loadPending, type OutboxRow } from '@learning-loop/db/loop/outbox';
import type { Consumer } from '@learning-loop/events/routes';
import type { Logger } from 'pino';
import { isConflict, PermanentError, RetryLater } from '../errors.ts';
import type { Outcome, QueueMetrics } from '../metrics.ts';
import type { Publisher } from '../producer/publisher.ts';
import { type BatchResult, type Handlers, processEvents, traceBatch } from './process-events.ts';

/** A consumer with all that it learns with. */
export interface ConsumerContext<C extends Consumer> {
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
function retryTransient<C extends Consumer, T>(
  pupil: ConsumerContext<C>,
  call: () => Promise<T>,
): Promise<T> {
  const { signal, log } = pupil;
  return retry(call, {
    signal,
    shouldRetry(error) {
      pupil.alive();
      return isOutage(error) || isConflict(error);
    },
    onFirstFailure: (err) => {
      if (isOutage(err)) log.warn({ err }, 'learning_waits');
    },
    onRecovered: () => log.debug('learning_goes_on'),
  });
}

function countEvent(metrics: QueueMetrics, consumer: Consumer, row: OutboxRow, outcome: Outcome): void {
  const tenant = metrics.tenantLabel(row.tenant_id);
  metrics.events.inc({ consumer, event: row.event, tenant, outcome });
}

/** Sets an event aside as a dead letter, and logs its error, the only time. */
async function deadLetter<C extends Consumer>(
  pupil: ConsumerContext<C>,
  row: OutboxRow,
  err: unknown,
  attempts: number,
): Promise<void> {
  const { db, consumer, log, metrics } = pupil;
  const buried = await retryTransient(pupil, () =>
    db.transaction().execute((tx) => insertDeadLetter(tx, consumer, row, { error: describe(err), attempts })),
  );
  if (!buried) return;
  countEvent(metrics, consumer, row, 'dead');
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

/** Decides on the one event whose learning failed. */
async function handleFailure<C extends Consumer>(
  pupil: ConsumerContext<C>,
  delivery: Delivery,
  error: unknown,
): Promise<void> {
  const { event_id, attempt, attempts, answer } = delivery;
  try {
    const [row] = await retryTransient(pupil, () => loadPending(pupil.db, pupil.consumer, [event_id]));
    if (!row) return answer({ done: true });
    if (error instanceof PermanentError || (attempt >= attempts && !(error instanceof RetryLater))) {
      await deadLetter(pupil, row, error, attempt);
      return answer({ done: true });
    }
    countEvent(pupil.metrics, pupil.consumer, row, error instanceof RetryLater ? 'later' : 'retried');
    if (error instanceof RetryLater) return answer({ laterMs: error.ms });
    pupil.log.warn({ event_id, event: row.event, attempt, attempts, err: error }, 'event_retried');
    answer({ failed: error });
  } catch (failed) {
    // A shutdown: somebody else will have it at once.
    if (isOutage(failed) || isConflict(failed)) return answer({ laterMs: 0 });
    pupil.log.error({ event_id, err: failed }, 'event_not_buried');
    answer({ failed });
  }
}

/** What becomes of a job: it is done with, it comes again after a while, or it failed and is tried again. */
export type JobOutcome = { done: true } | { laterMs: number } | { failed: unknown };

/** One job in hand. `attempt` counts from 1. */
export interface Delivery {
  event_id: string;
  attempt: number;
  attempts: number;
  answer(verdict: JobOutcome): void;
}

/**
 * Learns a batch and answers every delivery of it; never rejects. A batch that fails is learned in halves, so that
 * an event at fault ends up alone with its error. Events that failed before are kept apart from the fresh ones.
 */
export async function deliver<C extends Consumer>(
  pupil: ConsumerContext<C>,
  batch: Delivery[],
): Promise<void> {
  const [fresh, tried] = [batch.filter((one) => one.attempt === 1), batch.filter((one) => one.attempt > 1)];
  for (const part of [fresh, tried]) if (part.length > 0) await deliverPart(pupil, part);
}

async function deliverPart<C extends Consumer>(pupil: ConsumerContext<C>, part: Delivery[]): Promise<void> {
  const [first, ...others] = part;
  if (!first) return;
  const error = await attempt(pupil, part);
  if (error === undefined) return;
  // Only a shutdown ends the waiting for a server.
  if (isOutage(error) || isConflict(error)) return postpone(part, 0);
  if (others.length === 0) return handleFailure(pupil, first, error);
  if (error instanceof RetryLater && (await allAskForLater(pupil, part)))
    return pauseConsumer(pupil, part, error.ms);
  const middle = Math.ceil(part.length / 2);
  await deliverPart(pupil, part.slice(0, middle));
  await deliverPart(pupil, part.slice(middle));
}

/** Learns these events and answers their deliveries; or returns why not, and then none is learned or answered. */
async function attempt<C extends Consumer>(pupil: ConsumerContext<C>, part: Delivery[]): Promise<unknown> {
  const started = performance.now();
  const ids = [...new Set(part.map((one) => one.event_id))];
  try {
    const lesson = await traceBatch(pupil.consumer, ids, () =>
      retryTransient(pupil, () => processEvents(pupil, ids)),
    );
    await recordBatch(pupil, lesson, { jobs: part.length, seconds: (performance.now() - started) / 1000 });
    for (const broken of lesson.unparsable) await deadLetter(pupil, broken.row, broken.error, 1);
  } catch (error) {
    return error ?? new Error('A handler threw nothing.');
  }
  for (const { answer } of part) answer({ done: true });
  return undefined;
}

/** Judged by the ends of a batch: one event that asks for later cannot be both. */
async function allAskForLater<C extends Consumer>(
  pupil: ConsumerContext<C>,
  part: Delivery[],
): Promise<boolean> {
  for (const end of [part.slice(0, 1), part.slice(-1)])
    if (!((await attempt(pupil, end)) instanceof RetryLater)) return false;
  return true;
}

function postpone(part: Delivery[], laterMs: number): void {
  for (const { answer } of part) answer({ laterMs });
}

const MAX_PAUSE_MS = 2_000;
const MAX_POSTPONE_MS = 10_000;

/**
 * What is missing is missing for all (a disk is full, say): the consumer itself rests for a while, or its whole
 * backlog would be put off one by one. Nobody asked every single event, so none is put off for long.
 */
async function pauseConsumer<C extends Consumer>(
  pupil: ConsumerContext<C>,
  part: Delivery[],
  ms: number,
): Promise<void> {
  const { consumer, metrics, signal } = pupil;
  metrics.events.inc({ consumer, event: '', tenant: '', outcome: 'later' }, part.length);
  pupil.alive();
  const rest = Math.min(ms, MAX_PAUSE_MS);
  await sleep(rest, undefined, { signal }).catch(() => undefined);
  postpone(part, Math.min(ms - rest, MAX_POSTPONE_MS));
}

const ageSeconds = (row: OutboxRow) => Math.max(0, Date.now() - row.created_at.getTime()) / 1000;

/** After the commit: logs, counts, and publishes what was emitted. */
async function recordBatch<C extends Consumer>(
  { log, metrics, publisher, consumer }: ConsumerContext<C>,
  { processed: learned, settled: complete, unparsable: broken, emitted, logs: reports }: BatchResult,
  { jobs, seconds }: { jobs: number; seconds: number },
): Promise<void> {
  for (const { name, fields } of reports) log.info(fields, name);
  for (const row of learned) countEvent(metrics, consumer, row, 'learned');
  for (const row of learned) metrics.lagSeconds.observe({ consumer }, ageSeconds(row));
  for (const row of complete) metrics.learnedSeconds.observe({ event: row.event }, ageSeconds(row));
  const duplicates = jobs - learned.length - broken.length;
  if (duplicates > 0)
    metrics.events.inc({ consumer, event: '', tenant: '', outcome: 'duplicate' }, duplicates);
  if (learned.length === 0) return;
  metrics.batchSize.observe({ consumer }, learned.length);
  metrics.batchSeconds.observe({ consumer }, seconds);
  // The publisher has told of a failure already, and the sweeper makes it good.
  if (emitted.length > 0) await publisher.publish(emitted).catch(() => undefined);
}
