import { createBatcher } from '@learning-loop/async/batcher';
import { retry } from '@learning-loop/async/retry';
import type { Db } from '@learning-loop/db/connect';
import type { EventRef } from '@learning-loop/db/loop/outbox';
import type { Consumer } from '@learning-loop/events/routes';
import { throttledLog } from '@learning-loop/service/log';
import type { Service } from '@learning-loop/service/service';
import { DelayedError, type Job } from 'bullmq';
import type { QueueConfig, RetryPolicy } from '../backend/backend.ts';
import { backoffMs, closeWithTimeout, toRetryPolicy } from '../backend/bullmq-options.ts';
import { openWorker } from '../backend/open.ts';
import { queueMetrics } from '../metrics.ts';
import { type PublishRequest, readEventRefs } from '../producer/consumer-queue.ts';
import type { Publisher } from '../producer/publisher.ts';
import { type Delivery, deliver, type JobOutcome } from './deliver.ts';
import type { Handlers } from './process-events.ts';

const LOOK_MS = 10_000;
const STALLED_MS = 120_000;

interface StallDetection {
  /** Jobs taken and not answered. */
  inFlight: () => number;
  /** Jobs that stand in line; rejects when the queue is away. */
  waiting: () => Promise<number>;
  onStalled: (stillMs: number) => void;
}

/**
 * Tells when a worker is wedged: for `wedgedMs` work was waiting, the queue could be reached, and no job was
 * answered. A restart by the supervisor mends what this process cannot.
 */
export function detectStalls(
  { inFlight: inHand, waiting, onStalled: onWedged }: StallDetection,
  { lookMs = LOOK_MS, wedgedMs = STALLED_MS }: { lookMs?: number; wedgedMs?: number } = {},
): { progressed(): void; stop(): void } {
  let last = performance.now();

  async function look(): Promise<void> {
    const inLine = await waiting().catch(() => 0);
    if (inLine + inHand() === 0) last = performance.now();
    const stillMs = performance.now() - last;
    if (stillMs < wedgedMs) return;
    stop();
    onWedged(Math.round(stillMs));
  }

  const timer = setInterval(() => void look(), lookMs);
  timer.unref();
  const stop = () => clearInterval(timer);
  return {
    progressed() {
      last = performance.now();
    },
    stop,
  };
}

/** Jobs in hand at a time, each of up to 20 events. */
const CONCURRENCY = { redis: 50, postgres: 10 };
/** Events that are learned in one transaction at most. */
const MAX_BATCH = 500;
const CLOSE_MS = 10_000;

/**
 * Learns a consumer's events until it is disposed of: takes jobs, collects them into batches, and acknowledges each
 * after the commit of its batch. Several processes may consume the same queue. Disposing stops taking, finishes
 * what is in hand or hands it back, and takes 10 s at most, even with the servers dead.
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
  const pupil = {
    db,
    log,
    metrics,
    publisher,
    consumer,
    handlers,
    signal: stop.signal,
    alive: () => progress.progressed(),
  };
  const usual = config.redisUrl === undefined ? CONCURRENCY.postgres : CONCURRENCY.redis;
  const concurrency = Math.min(usual, config.mostJobs ?? usual);
  const batches = createBatcher(deliverAll, { limit: MAX_BATCH });
  const retryPolicy = toRetryPolicy(config);

  /** Every delivery has been answered when this resolves; it never rejects. */
  async function deliverAll(batch: Delivery[]): Promise<undefined[]> {
    await deliver(pupil, batch);
    return batch.map(() => undefined);
  }

  async function process(job: Job, token?: string): Promise<void> {
    const notices = readEventRefs(job);
    const attempt = Math.max(1, retryPolicy.attempts - (job.opts.attempts ?? 1) + job.attemptsMade + 1);
    const verdicts = await Promise.all(
      notices.map(({ event_id }) => {
        const { promise, resolve } = Promise.withResolvers<JobOutcome>();
        void batches.add({ event_id, attempt, attempts: retryPolicy.attempts, answer: resolve });
        return promise;
      }),
    );
    progress.progressed();
    const owed = notices.flatMap((notice, i) => toRetries(notice, verdicts[i], attempt, retryPolicy));
    if (owed.length === 0) return;
    // Who shares a job with others comes again in one of their own; at a shutdown the job itself is handed back.
    if (notices.length > 1 && !stop.signal.aborted) return await publisher.publish(owed, consumer);
    // Its words stay out of the queue: they may be a user's. The log and the dead letter have them.
    if (verdicts.some((verdict) => 'failed' in verdict)) throw new Error('This attempt failed.');
    await job.moveToDelayed(Date.now() + Math.min(...owed.map((request) => request.retry.delayMs)), token);
    throw new DelayedError();
  }

  const onError = throttledLog(log, 'worker_troubled');
  const open = () => openWorker(config, { name: consumer, concurrency, onError }, process);
  const worker = retry(open, { signal: stop.signal, onFirstFailure: onError });
  worker.catch(() => undefined);
  const progress = detectStalls({
    inFlight: () => batches.size,
    waiting: () => publisher.waiting(consumer),
    onStalled: (stillMs) =>
      service.fail(new Error(`${consumer}: work waits, nothing moved for ${stillMs} ms.`)),
  });

  async function close(): Promise<void> {
    progress.stop();
    stop.abort();
    const opened = await worker.catch(() => undefined);
    if (opened) await closeWithTimeout(CLOSE_MS, opened);
  }

  let closing: Promise<void> | undefined;
  return {
    [Symbol.asyncDispose]: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** The event with its wait and the attempts it has left; nothing of one that is done with. */
function toRetries(notice: EventRef, verdict: JobOutcome | undefined, attempt: number, retry: RetryPolicy) {
  if (verdict === undefined || 'done' in verdict) return [];
  const left = retry.attempts - attempt + 1;
  const next =
    'laterMs' in verdict
      ? { delayMs: verdict.laterMs, attempts: left }
      : { delayMs: backoffMs(retry, attempt), attempts: Math.max(1, left - 1) };
  return [{ ...notice, retry: next } satisfies PublishRequest];
}
