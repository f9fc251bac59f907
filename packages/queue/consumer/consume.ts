import { setTimeout as sleep } from 'node:timers/promises';
import { backgroundLoop } from '@learning-loop/async/background-loop';
import { createBatcher } from '@learning-loop/async/batcher';
import { retry } from '@learning-loop/async/retry';
import type { Db } from '@learning-loop/db/connect';
import type { EventRef } from '@learning-loop/db/loop/outbox';
import type { Consumer } from '@learning-loop/events/routes';
import { throttledLog } from '@learning-loop/service/log';
import type { Service } from '@learning-loop/service/service';
import { DelayedError, type Job } from 'bullmq';
import type { Logger } from 'pino';
import type { QueueConfig, RetryPolicy } from '../backend/backend.ts';
import { backoffMs, closeWithTimeout, toRetryPolicy } from '../backend/bullmq-options.ts';
import { openWorker } from '../backend/open.ts';
import { queueMetrics } from '../metrics.ts';
import { EVENTS_PER_JOB, type PublishRequest, readEventRefs } from '../producer/consumer-queue.ts';
import type { Publisher } from '../producer/publisher.ts';
import { type ConsumerContext, type Delivery, deliver, type JobOutcome } from './deliver.ts';
import { pollOutbox } from './poll-outbox.ts';
import type { Handlers } from './process-events.ts';

const CHECK_MS = 10_000;
const STALLED_MS = 120_000;

interface StallDetection {
  inFlight: () => number;
  /** Rejects when the queue is down. */
  waiting: () => Promise<number>;
  onStalled: (stillMs: number) => void;
}

/** A worker is stalled when for `stalledMs` there was work, the queue was reachable, and no job ended. Fires once. */
export function detectStalls(
  { inFlight, waiting, onStalled }: StallDetection,
  { checkMs = CHECK_MS, stalledMs = STALLED_MS }: { checkMs?: number; stalledMs?: number } = {},
): { progressed(): void; stop(): void } {
  let last = performance.now();

  async function check(): Promise<void> {
    const waitingJobs = await waiting().catch(() => 0);
    if (waitingJobs + inFlight() === 0) last = performance.now();
    const stillMs = performance.now() - last;
    if (stillMs < stalledMs) return;
    stop();
    onStalled(Math.round(stillMs));
  }

  const timer = setInterval(() => void check(), checkMs);
  timer.unref();
  const stop = () => clearInterval(timer);
  return {
    progressed() {
      last = performance.now();
    },
    stop,
  };
}

/** Jobs, each of up to 20 events. */
const CONCURRENCY = { redis: 50, postgres: 10 };
const MAX_BATCH_EVENTS = 500;
const CLOSE_MS = 10_000;

/**
 * Collects jobs into batches, and acknowledges each job after its batch has committed. Several processes may consume
 * one queue. Disposing finishes or hands back the jobs in flight; it takes at most 10 s, even if the servers are down.
 */
export function consume<C extends Consumer>(
  service: Pick<Service<unknown>, 'log' | 'metrics' | 'fail'>,
  db: Db,
  publisher: Publisher,
  consumer: C,
  handlers: Handlers<C>,
  config: QueueConfig,
): AsyncDisposable {
  const log = service.log.child({ consumer });
  const metrics = queueMetrics(service.metrics);
  const stop = new AbortController();
  const context = {
    db,
    log,
    metrics,
    publisher,
    consumer,
    handlers,
    signal: stop.signal,
    heartbeat: () => stalls.progressed(),
  };
  const maxJobs = config.redisUrl === undefined ? CONCURRENCY.postgres : CONCURRENCY.redis;
  const concurrency = Math.min(maxJobs, config.maxConcurrentJobs ?? maxJobs);
  const batches = createBatcher((batch: Delivery[]) => deliverAll(context, batch), {
    limit: MAX_BATCH_EVENTS,
  });
  const retryPolicy = toRetryPolicy(config);

  async function process(job: Job, token?: string): Promise<void> {
    const refs = readEventRefs(job);
    const attempt = toAttempt(job, retryPolicy);
    const outcomes = await Promise.all(
      refs.map(({ event_id }) => {
        const { promise, resolve } = Promise.withResolvers<JobOutcome>();
        void batches.add({ event_id, attempt, attempts: retryPolicy.attempts, resolve });
        return promise;
      }),
    );
    stalls.progressed();
    const retries = refs.flatMap((ref, i) => toRetries(ref, outcomes[i], attempt, retryPolicy));
    if (retries.length === 0) return;
    // Events that shared a job are retried in jobs of their own; at shutdown the job itself is handed back.
    if (refs.length > 1 && !stop.signal.aborted) return await publisher.publish(retries, consumer);
    // The error's message may quote a user, so it stays out of the queue; the log and the dead letter have it.
    if (outcomes.some((outcome) => 'failed' in outcome)) throw new Error('This attempt failed.');
    await job.moveToDelayed(Date.now() + Math.min(...retries.map((request) => request.retry.delayMs)), token);
    throw new DelayedError();
  }

  const onError = throttledLog(log, 'worker_troubled');
  const opening = { signal: stop.signal, onFirstFailure: onError };
  const options = { name: consumer, concurrency, onError };
  const worker = retry(() => openWorker(config, options, process), opening);
  worker.catch(() => undefined);
  const stalls = detectStalls({
    inFlight: () => batches.size,
    waiting: () => publisher.waiting(consumer),
    onStalled: (stillMs) =>
      service.fail(new Error(`${consumer}: work waits, nothing moved for ${stillMs} ms.`)),
  });

  const polling = pollOutbox(context, {
    retryPolicy,
    limit: Math.min(MAX_BATCH_EVENTS, concurrency * EVENTS_PER_JOB),
    enqueue: (delivery) => void batches.add(delivery),
  });
  const watch = watchHolds(publisher, consumer, log);

  async function close(): Promise<void> {
    stalls.stop();
    await watch[Symbol.asyncDispose]();
    stop.abort();
    const polled = Promise.race([polling[Symbol.asyncDispose](), sleep(CLOSE_MS, undefined, { ref: false })]);
    const opened = await worker.catch(() => undefined);
    if (opened) await closeWithTimeout(CLOSE_MS, opened);
    await polled;
  }

  return { [Symbol.asyncDispose]: once(close) };
}

function once(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= close();
    return closing;
  };
}

/** From 1, over all jobs of an event: a job of its own has the attempts that are left. */
export function toAttempt(
  { opts, attemptsMade }: Pick<Job, 'opts' | 'attemptsMade'>,
  { attempts }: RetryPolicy,
): number {
  return Math.max(1, attempts - (opts.attempts ?? 1) + attemptsMade + 1);
}

async function deliverAll<C extends Consumer>(
  context: ConsumerContext<C>,
  batch: Delivery[],
): Promise<undefined[]> {
  await deliver(context, batch);
  return batch.map(() => undefined);
}

const RESUME = 'run "pnpm queues resume" to undo it';

const watchHolds = (publisher: Publisher, consumer: Consumer, log: Logger): AsyncDisposable =>
  backgroundLoop(() => reportHolds(publisher, consumer, log), {
    everyMs: CHECK_MS,
    onError: () => undefined,
  });

/** Somebody may have meant it, so it is said and not undone. */
async function reportHolds(publisher: Publisher, consumer: Consumer, log: Logger): Promise<void> {
  const holds = await publisher.holds(consumer);
  if (holds.length > 0) log.warn({ holds, remedy: RESUME }, 'queue_held_back');
}

/** How an event that was not processed at this attempt is to be published again. */
export function toRetries(
  ref: EventRef,
  outcome: JobOutcome | undefined,
  attempt: number,
  retry: RetryPolicy,
) {
  if (outcome === undefined || 'done' in outcome) return [];
  const left = retry.attempts - attempt + 1;
  const next =
    'laterMs' in outcome
      ? { delayMs: outcome.laterMs, attempts: left }
      : { delayMs: backoffMs(retry, attempt), attempts: Math.max(1, left - 1) };
  return [{ ...ref, retry: next } satisfies PublishRequest];
}
