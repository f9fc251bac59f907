import { setTimeout as sleep } from 'node:timers/promises';
import { groupCommit } from '@learning-loop/async/batcher';
import { breaker } from '@learning-loop/async/circuit-breaker';
import { persist } from '@learning-loop/async/retry';
import { type Consumer, routes } from '@learning-loop/events/routes';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { QueueConfig } from '../backend/backend.ts';
import { retryOf } from '../backend/bullmq-options.ts';
import { openQueues } from '../backend/open.ts';
import { type QueueMetrics, queueMetrics } from '../metrics.ts';
import { type Outlet, openOutlet, type Republished } from './consumer-queue.ts';

export interface Publisher extends AsyncDisposable {
  /**
   * Tells the consumers of these events, or `only` one of them. Calls at the same time share their round trips.
   * Resolves without publishing to a queue that is full. Rejects within about a second, and mostly at once, when
   * the queues are away. In both cases the sweeper does it later: no caller need care.
   */
  publish(notices: Republished[], only?: Consumer): Promise<void>;
  /** Jobs that stand in line for the consumer, not older than 1 s; rejects when the queue is away. */
  waiting(consumer: Consumer): Promise<number>;
  /** Whether the consumer's queue takes more; rejects when it is away. */
  hasRoom(consumer: Consumer): Promise<boolean>;
  /** What BullMQ says of the consumer's queue, in Prometheus's text format; rejects when it is away. */
  exported(consumer: Consumer): Promise<string>;
}

interface Publication {
  notices: Republished[];
  only: Consumer | undefined;
  done: PromiseWithResolvers<void>;
}

const REST_MS = 500;
const OPENING_MS = 1_500;
const BATCH_CALLS = 1_000;
/** The events of so long a time share their jobs, except the first after a quiet one: it is told of at once. */
export const BEAT_MS = 20;
export const consumers: Consumer[] = [...new Set(Object.values(routes).flat())];

export function connectPublisher(config: QueueConfig, log: Logger, registry: Registry): Publisher {
  const metrics = queueMetrics(registry);
  const stop = new AbortController();
  const guarded = breaker(REST_MS, {
    onOpen: (err) => log.warn({ err }, 'queue_away'),
    onClose: () => log.info('queue_back'),
  });
  // The breaker tells; the connections' own errors repeat it at every attempt to reconnect.
  const open = () => openQueues(config, consumers, () => undefined);
  let outlets: Map<Consumer, Outlet> | undefined;
  const opening = persist(open, {
    signal: stop.signal,
    again: () => true,
    onAway: (err) => log.warn({ err }, 'queue_away'),
    onBack: () => log.info('queue_back'),
  }).then((queues) => {
    outlets = new Map(
      consumers.map((consumer) => [
        consumer,
        openOutlet(queues, { consumer, metrics, retry: retryOf(config) }),
      ]),
    );
    return queues;
  });
  opening.catch(() => undefined);

  async function outlet(consumer: Consumer): Promise<Outlet> {
    // Right after the start the queues are being opened; who publishes then should not need the sweeper.
    if (!outlets) await Promise.race([opening, sleep(OPENING_MS, undefined, { ref: false })]);
    const found = outlets?.get(consumer);
    if (!found) throw new Error('The queues are not open yet; the sweeper will publish.');
    return found;
  }
  const group = groupCommit<Publication>(
    (calls) =>
      write(
        calls,
        (consumer, notices) => guarded(async () => (await outlet(consumer)).add(notices)),
        metrics,
      ),
    { limit: BATCH_CALLS, everyMs: BEAT_MS },
  );

  return {
    publish(notices, only) {
      const done = Promise.withResolvers<void>();
      group.add({ notices, only, done });
      return done.promise;
    },
    waiting: (consumer) => guarded(async () => (await outlet(consumer)).waiting(), false),
    hasRoom: (consumer) => guarded(async () => (await outlet(consumer)).hasRoom(), false),
    exported: async (consumer) => (await outlet(consumer)).exported(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      const queues = await opening.catch(() => undefined);
      await queues?.close();
    },
  };
}

/** Publishes what these calls ask for, one round trip a consumer, and answers every call. */
async function write(
  calls: Publication[],
  add: (consumer: Consumer, notices: Republished[]) => Promise<void>,
  metrics: QueueMetrics,
): Promise<void> {
  const results = await Promise.allSettled(
    [...byConsumer(calls)].map(async ([consumer, notices]) => {
      await add(consumer, notices).catch((error: unknown) => {
        metrics.published.inc({ consumer, outcome: 'refused' }, notices.length);
        throw error;
      });
    }),
  );
  const failed = results.find((result) => result.status === 'rejected');
  for (const { done } of calls) failed ? done.reject(failed.reason) : done.resolve();
}

function byConsumer(calls: Publication[]): Map<Consumer, Republished[]> {
  const notices = new Map<Consumer, Republished[]>();
  for (const call of calls)
    for (const notice of call.notices)
      for (const consumer of call.only ? [call.only] : routes[notice.event]) {
        const owed = notices.get(consumer) ?? [];
        owed.push(notice);
        notices.set(consumer, owed);
      }
  return notices;
}
