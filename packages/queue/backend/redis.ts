import { setTimeout as sleep } from 'node:timers/promises';
import { parseRedisUrl, type RedisAddress } from '@learning-loop/service/config/redis-url';
import { createRedisBackend, type Processor, Queue, Worker } from 'bullmq';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { BackendMemory, JobWorker, OnError, Queues, WorkerOptions } from './backend.ts';
import { byName, MAX_STREAM, queueOptions, workerOptions } from './bullmq-options.ts';
import { commandOf, explainRefusal } from './redis-refusals.ts';

export type RedisClient = Redis | Cluster;
type RedisMode = 'blocking' | 'failFast' | 'pipelined';

const commonOptions = {
  // READONLY comes from a master that has become a replica: reconnect and resend.
  reconnectOnError: (error: Error) =>
    error.message.startsWith('READONLY') ? (2 as const) : (false as const),
  retryStrategy: (times: number) => Math.min(times * 100, 1_000),
  socketTimeout: 30_000,
  keepAlive: 10_000,
  connectTimeout: 5_000,
} satisfies RedisOptions;

/** For publishers: a command fails within 1 s, and at once without a connection. */
const failFast = {
  ...commonOptions,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: 1_000,
};

const modeOptions = {
  /** For workers: commands wait until Redis is back. */
  blocking: { ...commonOptions, maxRetriesPerRequest: null },
  failFast,
  /** For many small commands: those of one turn of the event loop share a round trip. */
  pipelined: { ...failFast, enableAutoPipelining: true },
} satisfies Record<RedisMode, Partial<RedisOptions>>;

/** To one server, to a cluster, or to the master that sentinels name, through its failovers. */
export function connectRedis(
  redisUrl: string,
  mode: RedisMode,
  onError: (error: Error) => void,
): RedisClient {
  const address = parseRedisUrl(redisUrl);
  const redis = address.kind === 'cluster' ? openCluster(address, mode) : openServer(address, mode);
  redis.on('error', (error: Error) => {
    // Without this ioredis would go on with database 0.
    if (commandOf(error) === 'select') redis.disconnect(true);
    onError(explainRefusal(error));
  });
  return redis;
}

function openServer(address: Exclude<RedisAddress, { kind: 'cluster' }>, mode: RedisMode): Redis {
  return new Redis({ ...modeOptions[mode], ...login(address), ...place(address), db: address.db });
}

function place(address: Exclude<RedisAddress, { kind: 'cluster' }>) {
  if (address.kind === 'server') return { host: address.host, port: address.port };
  if (address.kind === 'socket') return { path: address.path };
  const { sentinels, master: name, tls } = address;
  const sentinelOptions = tls ? { sentinelTLS: tls, enableTLSForSentinelMode: true } : {};
  return { ...sentinelOptions, sentinels, name };
}

function openCluster(address: Extract<RedisAddress, { kind: 'cluster' }>, mode: RedisMode): Cluster {
  const { retryStrategy, ...options } = modeOptions[mode];
  const redisOptions = { ...options, ...login(address) };
  return new Cluster(address.nodes, {
    redisOptions,
    clusterRetryStrategy: retryStrategy,
    enableOfflineQueue: mode === 'blocking',
    // Certificates name hosts: keep the names instead of resolving them to addresses.
    ...(address.tls ? { dnsLookup: (host, done) => done(null, host) } : {}),
  });
}

function login({ username, password, tls, family, clientName }: RedisAddress) {
  return {
    ...(username && { username }),
    ...(password && { password }),
    ...(tls && { tls }),
    ...(family !== undefined && { family }),
    ...(clientName && { connectionName: clientName }),
  };
}

/** Of the fullest server, and the policy of one that evicts. */
async function readMemory(redis: RedisClient): Promise<BackendMemory> {
  const servers = redis instanceof Cluster ? redis.nodes('master') : [redis];
  const memories = await Promise.all(servers.map(readServerMemory));
  const policies = memories.map(({ policy }) => policy);
  return {
    share: Math.max(0, ...memories.map(({ share }) => share)),
    policy: policies.find((policy) => policy !== 'noeviction') ?? 'noeviction',
  };
}

async function readServerMemory(server: Redis): Promise<BackendMemory> {
  const info = await server.info('memory');
  const read = (field: string) => new RegExp(`^${field}:([\\w-]+)`, 'm').exec(info)?.[1];
  const limit = Number(read('maxmemory') ?? 0);
  return {
    share: limit === 0 ? 0 : Number(read('used_memory') ?? 0) / limit,
    policy: read('maxmemory_policy') ?? 'noeviction',
  };
}

const CONNECT_MS = 1_000;
/** BullMQ counts finished jobs per minute for this long. Not on Postgres: it would cost a statement per job. */
const COUNTED_MINUTES = 60;

export async function openRedisQueues(
  redisUrl: string,
  names: readonly string[],
  onError: OnError,
): Promise<Queues> {
  const redis = connectRedis(redisUrl, 'failFast', onError);
  const open = names.map((name) => {
    const queue = new Queue(
      name,
      {
        ...queueOptions(name),
        connection: redis,
        skipVersionCheck: true,
        skipWaitingForReady: true,
        skipMetasUpdate: true,
      },
      createRedisBackend,
    );
    queue.on('error', (error) => onError(explainRefusal(error)));
    // On every reconnection: Redis may come back empty.
    redis.on('ready', () => {
      queue.getBackend().setQueueMeta({ 'opts.maxLenEvents': MAX_STREAM }).catch(onError);
    });
    return queue;
  });
  const ready = new Promise((resolve) => redis.once('ready', resolve));
  await Promise.race([ready, sleep(CONNECT_MS, undefined, { ref: false })]);
  return {
    get: byName(open),
    memory: () => readMemory(redis),
    async close() {
      redis.disconnect();
      await Promise.allSettled(open.map((queue) => queue.close()));
    },
  };
}

export function openRedisWorker(redisUrl: string, options: WorkerOptions, process: Processor): JobWorker {
  const { name, concurrency, onError } = options;
  const redis = connectRedis(redisUrl, 'blocking', onError);
  const worker = new Worker(
    name,
    process,
    {
      ...workerOptions(name),
      concurrency,
      connection: redis,
      metrics: { maxDataPoints: COUNTED_MINUTES },
    },
    createRedisBackend,
  );
  worker.on('error', (error) => onError(explainRefusal(error)));
  void worker.run().catch(onError);
  return {
    async disconnected() {
      if (redis.status === 'ready') await new Promise((resolve) => redis.once('close', resolve));
    },
    async close() {
      await worker.close();
      redis.disconnect();
    },
    disconnect() {
      redis.disconnect();
      void worker.disconnect().catch(onError);
    },
  };
}
