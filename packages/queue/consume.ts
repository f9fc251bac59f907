import type { Db } from '@learning-loop/db/connect';
import type { Consumer } from '@learning-loop/events/routes';
import type { Service } from '@learning-loop/service/service';
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { closeWithin } from './close-within.ts';
import { type Delivery, deliver, type Verdict } from './deliver.ts';
import { openWorker, type QueueConfig } from './engine.ts';
import { groupCommit } from './group-commit.ts';
import type { Handlers } from './learn.ts';
import { queueMetrics } from './metrics.ts';
import { persist } from './persist.ts';
import type { Publisher } from './publish.ts';
import { quietly } from './quietly.ts';
import { watchProgress } from './watch-progress.ts';

/** Jobs in hand at a time, and with it the largest batch. */
const CONCURRENCY = { redis: 500, postgres: 100 };
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
    alive: () => progress.made(),
  };
  const concurrency = config.redisUrl === undefined ? CONCURRENCY.postgres : CONCURRENCY.redis;
  const batches = groupCommit<Delivery>((batch) => deliver(pupil, batch), { limit: concurrency });

  async function process(job: Job, token?: string): Promise<void> {
    const verdict = await new Promise<Verdict>((answer) => batches.add(deliveryOf(job, answer)));
    progress.made();
    // Its words stay out of the queue: they may be a user's. The log and the dead letter have them.
    if ('failed' in verdict) throw new Error('This attempt failed.');
    if ('laterMs' in verdict) {
      await job.moveToDelayed(Date.now() + verdict.laterMs, token);
      throw new DelayedError();
    }
  }

  const onError = quietly(log, 'worker_troubled');
  const open = () => openWorker(config, { name: consumer, concurrency, onError }, process);
  const worker = persist(open, { signal: stop.signal, again: () => true, onAway: onError });
  worker.catch(() => undefined);
  const progress = watchProgress({
    inHand: () => batches.size,
    waiting: () => publisher.waiting(consumer),
    onWedged: (stillMs) =>
      service.fail(new Error(`${consumer}: work waits, nothing moved for ${stillMs} ms.`)),
  });

  async function close(): Promise<void> {
    progress.stop();
    stop.abort();
    const opened = await worker.catch(() => undefined);
    if (opened) await closeWithin(CLOSE_MS, opened);
  }

  let closing: Promise<void> | undefined;
  return {
    [Symbol.asyncDispose]: () => {
      closing ??= close();
      return closing;
    },
  };
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function deliveryOf(job: Job, answer: (verdict: Verdict) => void): Delivery {
  const { event_id } = job.data;
  if (typeof event_id !== 'string' || !uuid.test(event_id))
    throw new UnrecoverableError(`Job ${job.id} names no event.`);
  return { event_id, attempt: job.attemptsMade + 1, attempts: job.opts.attempts ?? 1, answer };
}
