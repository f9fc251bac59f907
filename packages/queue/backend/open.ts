import type { Processor } from 'bullmq';
import type { JobWorker, OnError, QueueConfig, Queues, WorkerOptions } from './backend.ts';
import { openPostgresQueues, openPostgresWorker } from './postgres.ts';
import { openRedisQueues, openRedisWorker } from './redis.ts';

/** Like openWorker, migrates Postgres first, and rejects when the server is down. */
export async function openQueues(
  config: QueueConfig,
  names: readonly string[],
  onError: OnError,
): Promise<Queues> {
  return config.redisUrl === undefined
    ? openPostgresQueues(config.databaseUrl, names, onError)
    : openRedisQueues(config.redisUrl, names, onError);
}

export async function openWorker(
  config: QueueConfig,
  options: WorkerOptions,
  process: Processor,
): Promise<JobWorker> {
  return config.redisUrl === undefined
    ? openPostgresWorker(config.databaseUrl, options, process)
    : openRedisWorker(config.redisUrl, options, process);
}
