import { setTimeout as sleep } from 'node:timers/promises';
import { createRedisBackend, type Processor, Queue, Worker } from 'bullmq';
import type { JobWorker, OnError, Queues, WorkerOptions } from './backend.ts';
import { byName, MAX_STREAM, settingsOfQueue, settingsOfWorker } from './bullmq-options.ts';
import { connectRedis, memoryUse } from './redis-client.ts';

/** Who connects needs a moment; a server that is not there by then is away. */
const CONNECT_MS = 1_000;
/** For so long BullMQ keeps by the minute what was finished. On Postgres that would be a statement for every job. */
const COUNTED_MINUTES = 60;

export async function openRedisQueues(
  redisUrl: string,
  names: readonly string[],
  onError: OnError,
): Promise<Queues> {
  const redis = connectRedis(redisUrl, 'hasty', onError);
  const open = names.map((name) => {
    const queue = new Queue(
      name,
      {
        ...settingsOfQueue(name),
        connection: redis,
        skipVersionCheck: true,
        skipWaitingForReady: true,
        skipMetasUpdate: true,
      },
      createRedisBackend,
    );
    queue.on('error', onError);
    // Said again whenever Redis comes back: it may come back empty.
    redis.on('ready', () => {
      queue.getBackend().setQueueMeta({ 'opts.maxLenEvents': MAX_STREAM }).catch(onError);
    });
    return queue;
  });
  const ready = new Promise((resolve) => redis.once('ready', resolve));
  await Promise.race([ready, sleep(CONNECT_MS, undefined, { ref: false })]);
  return {
    get: byName(open),
    memoryUse: () => memoryUse(redis),
    async close() {
      redis.disconnect();
      await Promise.allSettled(open.map((queue) => queue.close()));
    },
  };
}

export function openRedisWorker(redisUrl: string, settings: WorkerOptions, process: Processor): JobWorker {
  const { name, concurrency, onError } = settings;
  const redis = connectRedis(redisUrl, 'patient', onError);
  const worker = new Worker(
    name,
    process,
    {
      ...settingsOfWorker(name),
      concurrency,
      connection: redis,
      metrics: { maxDataPoints: COUNTED_MINUTES },
    },
    createRedisBackend,
  );
  worker.on('error', onError);
  void worker.run().catch(onError);
  return {
    async lost() {
      if (redis.status === 'ready') await new Promise((resolve) => redis.once('close', resolve));
    },
    async close() {
      await worker.close();
      redis.disconnect();
    },
    drop() {
      redis.disconnect();
      void worker.disconnect().catch(onError);
    },
  };
}
