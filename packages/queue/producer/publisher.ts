import { setTimeout as sleep } from 'node:timers/promises';
import { createBatcher } from '@learning-loop/async/batcher';
import { CircuitOpenError, createCircuitBreaker } from '@learning-loop/async/circuit-breaker';
import { retry } from '@learning-loop/async/retry';
import { type Consumer, consumers, routes } from '@learning-loop/events/routes';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { QueueConfig } from '../backend/backend.ts';
import { toRetryPolicy } from '../backend/bullmq-options.ts';
import { openQueues } from '../backend/open.ts';
import { queueMetrics } from '../metrics.ts';
import { type ConsumerQueue, openConsumerQueue, type PublishRequest } from './consumer-queue.ts';

export interface Publisher extends AsyncDisposable {
  /**
   * Tells the consumers of these events, or `only` one of them. Calls at the same time share their round trips.
   * Resolves without publishing to a queue that is full. Rejects within about a second, and mostly at once, when
   * the queues are away. In both cases the sweeper does it later: no caller need care.
   */
  publish(notices: PublishRequest[], only?: Consumer): Promise<void>;
  /** Jobs that stand in line for the consumer, not older than 1 s; rejects when the queue is away. */
  waiting(consumer: Consumer): Promise<number>;
  /** Whether the consumer's queue takes more; rejects when it is away. */
  hasRoom(consumer: Consumer): Promise<boolean>;
  /** What BullMQ says of the consumer's queue, in Prometheus's text format; rejects when it is away. */
  prometheusMetrics(consumer: Consumer): Promise<string>;
}

interface Publication {
  notices: PublishRequest[];
  only: Consumer | undefined;
}

const RESET_MS = 500;
const OPENING_MS = 1_500;
const BATCH_CALLS = 1_000;
/** The events of so long a time share their jobs, except the first after a quiet one: it is told of at once. */
export const LINGER_MS = 20;

export function connectPublisher(config: QueueConfig, log: Logger, registry: Registry): Publisher {
  const metrics = queueMetrics(registry);
  const stop = new AbortController();
  const circuit = createCircuitBreaker({
    resetAfterMs: () => RESET_MS,
    onStateChange(from, to, err) {
      if (from === 'closed') log.warn({ err }, 'queue_away');
      if (to === 'closed') log.info('queue_back');
    },
  });
  const guard = <T>(call: () => Promise<T>) => circuit.execute(call);
  // The circuit breaker tells; the connections' own errors repeat it at every attempt to reconnect.
  const open = () => openQueues(config, consumers, () => undefined);
  let outlets: Map<Consumer, ConsumerQueue> | undefined;
  const opening = retry(open, {
    signal: stop.signal,
    onFirstFailure: (err) => log.warn({ err }, 'queue_away'),
    onRecovered: () => log.info('queue_back'),
  }).then((queues) => {
    const options = { metrics, retry: toRetryPolicy(config), guard };
    outlets = new Map(
      consumers.map((consumer) => [consumer, openConsumerQueue(queues, { consumer, ...options })]),
    );
    return queues;
  });
  opening.catch(() => undefined);

  async function outlet(consumer: Consumer): Promise<ConsumerQueue> {
    // Right after the start the queues are being opened; who publishes then should not need the sweeper.
    if (!outlets) await Promise.race([opening, sleep(OPENING_MS, undefined, { ref: false })]);
    const found = outlets?.get(consumer);
    if (!found) throw new Error('The queues are not open yet; the sweeper will publish.');
    return found;
  }

  async function add(consumer: Consumer, notices: PublishRequest[]): Promise<void> {
    try {
      await (await outlet(consumer)).add(notices);
    } catch (error) {
      refuse(consumer, notices);
      throw error;
    }
  }

  function refuse(consumer: Consumer, notices: PublishRequest[]): void {
    metrics.published.inc({ consumer, outcome: 'refused' }, notices.length);
  }

  /** One round trip for each consumer, whatever the number of calls. */
  async function write(calls: Publication[]): Promise<undefined[]> {
    const groups = [...byConsumer(calls)];
    try {
      await guard(() => allDone(groups.map(([consumer, notices]) => add(consumer, notices))));
    } catch (error) {
      if (error instanceof CircuitOpenError) for (const group of groups) refuse(...group);
      throw error;
    }
    return calls.map(() => undefined);
  }
  const batcher = createBatcher(write, { limit: BATCH_CALLS, minIntervalMs: LINGER_MS });

  return {
    publish: (notices, only) => batcher.add({ notices, only }),
    waiting: async (consumer) => (await outlet(consumer)).waiting(),
    hasRoom: async (consumer) => (await outlet(consumer)).hasRoom(),
    prometheusMetrics: async (consumer) => (await outlet(consumer)).prometheusMetrics(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      const queues = await opening.catch(() => undefined);
      await queues?.close();
    },
  };
}

/** Waits for all, so that no call outlives the answer to it, and rejects if any failed. */
async function allDone(calls: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(calls);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

function byConsumer(calls: Publication[]): Map<Consumer, PublishRequest[]> {
  const notices = new Map<Consumer, PublishRequest[]>();
  for (const call of calls)
    for (const notice of call.notices)
      for (const consumer of call.only ? [call.only] : routes[notice.event]) {
        const owed = notices.get(consumer) ?? [];
        owed.push(notice);
        notices.set(consumer, owed);
      }
  return notices;
}
