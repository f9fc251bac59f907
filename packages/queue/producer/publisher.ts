import { setTimeout as sleep } from 'node:timers/promises';
import { createBatcher } from '@learning-loop/async/batcher';
import { CircuitOpenError, createCircuitBreaker } from '@learning-loop/async/circuit-breaker';
import { retry } from '@learning-loop/async/retry';
import { type Consumer, consumers, routes } from '@learning-loop/events/routes';
import { throttledLog } from '@learning-loop/service/log';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { QueueConfig } from '../backend/backend.ts';
import { toRetryPolicy } from '../backend/bullmq-options.ts';
import { openQueues } from '../backend/open.ts';
import { explainRefusal, RedisRefusal } from '../backend/redis-refusals.ts';
import { queueMetrics } from '../metrics.ts';
import { type ConsumerQueue, openConsumerQueue, type PublishRequest } from './consumer-queue.ts';
import { type QueueFull, type QueueMemory, watchQueueMemory } from './queue-memory.ts';

export interface Publisher extends AsyncDisposable {
  /**
   * Publishes to the consumers of these events, or to `only` one. Concurrent calls share their round trips. Resolves
   * without publishing to a full queue, and rejects within about 1 s when the queues are down: the sweeper does it later.
   */
  publish(requests: PublishRequest[], only?: Consumer): Promise<void>;
  waiting(consumer: Consumer): Promise<number>;
  hasRoom(consumer: Consumer): Promise<boolean>;
  /** Why the queue takes nothing more, unless it has memory. Rejects when it is down. */
  full(): Promise<QueueFull | undefined>;
  /** What was set on the queue from outside and holds it back, such as `paused`. */
  holds(consumer: Consumer): Promise<string[]>;
  prometheusMetrics(consumer: Consumer): Promise<string>;
}

interface Publication {
  requests: PublishRequest[];
  only: Consumer | undefined;
}

const RESET_MS = 500;
const OPENING_MS = 1_500;
const BATCH_CALLS = 1_000;
/** Events of this time share jobs; the first one after a pause is published at once. */
export const LINGER_MS = 20;

export function connectPublisher(config: QueueConfig, log: Logger, registry: Registry): Publisher {
  const metrics = queueMetrics(registry);
  const stop = new AbortController();
  const { guard, onError } = guardCalls(log);
  const open = () => openQueues(config, consumers, onError);
  let consumerQueues: Map<Consumer, ConsumerQueue> | undefined;
  let memory: QueueMemory | undefined;
  const opening = retry(open, {
    signal: stop.signal,
    onFirstFailure: (err) => log.warn({ err }, 'queue_away'),
    onRecovered: () => log.info('queue_back'),
  }).then((queues) => {
    memory = watchQueueMemory({ read: () => queues.memory(), log, metrics });
    const options = { metrics, memory, retry: toRetryPolicy(config), guard };
    consumerQueues = new Map(
      consumers.map((consumer) => [consumer, openConsumerQueue(queues, { consumer, ...options })]),
    );
    // Says at once what is wrong with it.
    full().catch(() => undefined);
    return queues;
  });
  opening.catch(() => undefined);

  async function full(): Promise<QueueFull | undefined> {
    const opened = memory;
    if (!opened) throw new Error('The queues are not open yet.');
    return guard(() => opened.full());
  }

  async function getQueue(consumer: Consumer): Promise<ConsumerQueue> {
    // Events published right after the start should not need the sweeper.
    if (!consumerQueues) await Promise.race([opening, sleep(OPENING_MS, undefined, { ref: false })]);
    const queue = consumerQueues?.get(consumer);
    if (!queue) throw new Error('The queues are not open yet; the sweeper will publish.');
    return queue;
  }

  async function add(consumer: Consumer, requests: PublishRequest[]): Promise<void> {
    try {
      await (await getQueue(consumer)).add(requests);
    } catch (error) {
      countRefused(consumer, requests);
      throw error;
    }
  }

  function countRefused(consumer: Consumer, requests: PublishRequest[]): void {
    metrics.published.inc({ consumer, outcome: 'refused' }, requests.length);
  }

  async function publishAll(publications: Publication[]): Promise<undefined[]> {
    const groups = [...groupByConsumer(publications)];
    try {
      await guard(() => settleAll(groups.map(([consumer, requests]) => add(consumer, requests))));
    } catch (error) {
      if (error instanceof CircuitOpenError) for (const group of groups) countRefused(...group);
      throw error;
    }
    return publications.map(() => undefined);
  }
  const batcher = createBatcher(publishAll, { limit: BATCH_CALLS, minIntervalMs: LINGER_MS });

  return {
    publish: (requests, only) => batcher.add({ requests, only }),
    waiting: async (consumer) => (await getQueue(consumer)).waiting(),
    hasRoom: async (consumer) => (await getQueue(consumer)).hasRoom(),
    full,
    holds: async (consumer) => (await getQueue(consumer)).holds(),
    prometheusMetrics: async (consumer) => (await getQueue(consumer)).prometheusMetrics(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      const queues = await opening.catch(() => undefined);
      await queues?.close();
    },
  };
}

/** Behind a circuit breaker: a backend that is down is not waited for. */
function guardCalls(log: Logger) {
  const circuit = createCircuitBreaker({
    resetAfterMs: () => RESET_MS,
    onStateChange(from, to, err) {
      if (from === 'closed') log.warn({ err }, 'queue_away');
      if (to === 'closed') log.info('queue_back');
    },
  });
  const logRefusal = throttledLog(log, 'queue_refused');
  // The circuit breaker logs outages, which the connections would repeat at every attempt to reconnect.
  const onError = (error: Error) => {
    const explained = explainRefusal(error);
    if (explained instanceof RedisRefusal) logRefusal(explained);
  };
  const guard = <T>(call: () => Promise<T>) =>
    circuit.execute(() =>
      call().catch((error: Error) => {
        onError(error);
        throw error;
      }),
    );
  return { guard, onError };
}

/** Unlike Promise.all, rejects only after all have ended. */
async function settleAll(calls: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(calls);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

function groupByConsumer(publications: Publication[]): Map<Consumer, PublishRequest[]> {
  const groups = new Map<Consumer, PublishRequest[]>();
  for (const { requests, only } of publications)
    for (const request of requests)
      for (const consumer of only ? [only] : routes[request.event]) {
        const group = groups.get(consumer) ?? [];
        group.push(request);
        groups.set(consumer, group);
      }
  return groups;
}
