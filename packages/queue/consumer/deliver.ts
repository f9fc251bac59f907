import { setTimeout as sleep } from 'node:timers/promises';
import { retry } from '@learning-loop/async/retry';
import type { Db } from '@learning-loop/db/connect';
import { isOutage } from '@learning-loop/db/errors';
import { insertDeadLetter } from '@learning-loop/db/loop/dead-letters';
import { loadPending, type OutboxRow } from '@learning-loop/db/loop/outbox';
import type { Consumer } from '@learning-loop/events/routes';
import type { Logger } from 'pino';
import { isConflict, PermanentError, RetryLater } from '../errors.ts';
import type { QueueMetrics } from '../metrics.ts';
import type { Publisher } from '../producer/publisher.ts';
import { countEvent, recordBatch, traceBatch } from './observe-batch.ts';
import { type Handlers, processEvents } from './process-events.ts';

export interface ConsumerContext<C extends Consumer> {
  db: Db;
  log: Logger;
  metrics: QueueMetrics;
  publisher: Publisher;
  consumer: C;
  handlers: Handlers<C>;
  signal: AbortSignal;
  /** Called while waiting for a server, which is not a stall. */
  heartbeat(): void;
}

/** Retries outages and conflicts, which no event is to blame for. */
function retryTransient<C extends Consumer, T>(
  { signal, log, heartbeat }: ConsumerContext<C>,
  call: () => Promise<T>,
): Promise<T> {
  return retry(call, {
    signal,
    shouldRetry(error) {
      heartbeat();
      return isOutage(error) || isConflict(error);
    },
    onFirstFailure: (err) => {
      if (isOutage(err)) log.warn({ err }, 'learning_waits');
    },
    onRecovered: () => log.debug('learning_goes_on'),
  });
}

async function deadLetter<C extends Consumer>(
  context: ConsumerContext<C>,
  row: OutboxRow,
  err: unknown,
  attempts: number,
): Promise<void> {
  const { db, consumer, log, metrics } = context;
  const details = { error: describeError(err), attempts };
  const inserted = await retryTransient(context, () =>
    db.transaction().execute((tx) => insertDeadLetter(tx, consumer, row, details)),
  );
  if (!inserted) return;
  countEvent(metrics, consumer, row, 'dead');
  const { event_id, event, tenant_id } = row;
  log.error({ event_id, event, tenant_id, attempts, err }, 'event_dead_lettered');
}

const MAX_ERROR_LENGTH = 4_000;

/** With its causes, and without NUL characters, which Postgres cannot store. */
function describeError(error: unknown): string {
  const texts: string[] = [];
  for (let cause = error; cause !== undefined && texts.length < 5; ) {
    texts.push(String(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return texts.join('; caused by ').replaceAll('\u0000', '').slice(0, MAX_ERROR_LENGTH);
}

async function handleFailure<C extends Consumer>(
  context: ConsumerContext<C>,
  delivery: Delivery,
  error: unknown,
): Promise<void> {
  const { db, consumer, log, metrics } = context;
  const { event_id, attempt, attempts, resolve } = delivery;
  try {
    const [row] = await retryTransient(context, () => loadPending(db, consumer, [event_id]));
    if (!row) return resolve({ done: true });
    if (error instanceof PermanentError || (attempt >= attempts && !(error instanceof RetryLater))) {
      await deadLetter(context, row, error, attempt);
      return resolve({ done: true });
    }
    countEvent(metrics, consumer, row, error instanceof RetryLater ? 'later' : 'retried');
    if (error instanceof RetryLater) return resolve({ laterMs: error.ms });
    log.warn({ event_id, event: row.event, attempt, attempts, err: error }, 'event_retried');
    resolve({ failed: error });
  } catch (failed) {
    // Shutdown: another process takes it at once.
    if (isOutage(failed) || isConflict(failed)) return resolve({ laterMs: 0 });
    log.error({ event_id, err: failed }, 'event_not_buried');
    resolve({ failed });
  }
}

/** `laterMs` does not count as an attempt. */
export type JobOutcome = { done: true } | { laterMs: number } | { failed: unknown };

export interface Delivery {
  event_id: string;
  /** From 1. */
  attempt: number;
  attempts: number;
  resolve(outcome: JobOutcome): void;
}

/** Never rejects. A batch that fails is halved until a poison event is alone; fresh and retried events stay apart. */
export async function deliver<C extends Consumer>(
  context: ConsumerContext<C>,
  batch: Delivery[],
): Promise<void> {
  const fresh = batch.filter(({ attempt }) => attempt === 1);
  const retried = batch.filter(({ attempt }) => attempt > 1);
  for (const part of [fresh, retried]) await deliverPart(context, part);
}

async function deliverPart<C extends Consumer>(context: ConsumerContext<C>, part: Delivery[]): Promise<void> {
  const [first, ...others] = part;
  if (!first) return;
  const error = await processPart(context, part);
  if (error === undefined) return;
  // Only a shutdown ends the wait for a server.
  if (isOutage(error) || isConflict(error)) return postpone(part, 0);
  if (others.length === 0) return handleFailure(context, first, error);
  if (error instanceof RetryLater && (await allNeedRetryLater(context, part)))
    return pauseConsumer(context, part, error.ms);
  const middle = Math.ceil(part.length / 2);
  await deliverPart(context, part.slice(0, middle));
  await deliverPart(context, part.slice(middle));
}

/** All or nothing: with an error returned, no event was processed and no delivery resolved. */
async function processPart<C extends Consumer>(
  context: ConsumerContext<C>,
  part: Delivery[],
): Promise<unknown> {
  const started = performance.now();
  const ids = [...new Set(part.map(({ event_id }) => event_id))];
  try {
    const result = await traceBatch(context.consumer, ids, () =>
      retryTransient(context, () => processEvents(context, ids)),
    );
    recordBatch(context, result, { jobs: part.length, seconds: (performance.now() - started) / 1000 });
    // The publisher has logged a failure, and the sweeper publishes later.
    if (result.emitted.length > 0) await context.publisher.publish(result.emitted).catch(() => undefined);
    for (const { row, error } of result.unparsable) await deadLetter(context, row, error, 1);
  } catch (error) {
    return error ?? new Error('A handler threw nothing.');
  }
  for (const { resolve } of part) resolve({ done: true });
  return undefined;
}

/** Tries the first and the last event: a single culprit cannot be both. */
async function allNeedRetryLater<C extends Consumer>(
  context: ConsumerContext<C>,
  part: Delivery[],
): Promise<boolean> {
  for (const end of [part.slice(0, 1), part.slice(-1)])
    if (!((await processPart(context, end)) instanceof RetryLater)) return false;
  return true;
}

function postpone(part: Delivery[], laterMs: number): void {
  for (const { resolve } of part) resolve({ laterMs });
}

const MAX_PAUSE_MS = 2_000;
const MAX_POSTPONE_MS = 10_000;

// The cause affects every event (a full disk, say), so the consumer pauses instead of delaying its backlog one by one.
// Only a sample was tried, so the delay is short.
async function pauseConsumer<C extends Consumer>(
  { consumer, metrics, signal, heartbeat }: ConsumerContext<C>,
  part: Delivery[],
  ms: number,
): Promise<void> {
  metrics.events.inc({ consumer, event: '', tenant: '', outcome: 'later' }, part.length);
  heartbeat();
  const pauseMs = Math.min(ms, MAX_PAUSE_MS);
  await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  postpone(part, Math.min(ms - pauseMs, MAX_POSTPONE_MS));
}
