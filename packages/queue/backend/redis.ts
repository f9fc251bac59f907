import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import { createRedisBackend, type Processor, Queue, Worker } from 'bullmq';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { JobWorker, OnError, Queues, WorkerOptions } from './backend.ts';
import { byName, MAX_STREAM, queueOptions, workerOptions } from './bullmq-options.ts';

interface Endpoint {
  host: string;
  port: number;
}

/** Where Redis is, and how one gets in. */
export type RedisAddress = {
  username: string | undefined;
  password: string | undefined;
  /** Undefined without TLS. The certificate is checked; NODE_EXTRA_CA_CERTS names an authority of one's own. */
  tls: ConnectionOptions | undefined;
} & (
  | { kind: 'server'; host: string; port: number; db: number }
  | { kind: 'sentinels'; sentinels: Endpoint[]; master: string; db: number }
  | { kind: 'cluster'; nodes: Endpoint[] }
);

const form = /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(?:([^:@]*)(?::([^@]*))?@)?([^/]+)(?:\/(.*))?$/;

/**
 * Reads `redis://[user:password@]host:port[/db]`, `redis+sentinel://[…@]host:port,host:port/master[/db]`, or
 * `redis+cluster://[…@]host:port,host:port`; with `rediss` over TLS. Throws an Error that shows no password.
 */
export function parseRedisUrl(redisUrl: string): RedisAddress {
  const [, secure, kind, username, password, hosts = '', path = ''] = form.exec(redisUrl) ?? [];
  if (!hosts) throw new Error('REDIS_URL is not the URL of a Redis.');
  const entrance = {
    username: username ? decodeURIComponent(username) : undefined,
    password: password ? decodeURIComponent(password) : undefined,
    tls: secure ? {} : undefined,
  };
  const endpoints = hosts.split(',').map((host) => endpoint(host, kind === 'sentinel' ? 26_379 : 6_379));
  if (kind === 'cluster') return { ...entrance, kind, nodes: endpoints };
  const parts = path.split('/');
  if (kind === 'sentinel') {
    const [master = '', db] = parts;
    return { ...entrance, kind: 'sentinels', sentinels: endpoints, master, db: Number(db ?? 0) };
  }
  const [server = endpoint('localhost', 6_379)] = endpoints;
  return { ...entrance, kind: 'server', ...server, db: Number(parts[0] || 0) };
}

function endpoint(text: string, usualPort: number): Endpoint {
  const { hostname, port } = new URL(`redis://${text}`);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || usualPort) };
}

export type RedisClient = Redis | Cluster;
type Manner = 'patient' | 'hasty' | 'gathering';

const shared = {
  // A replica that was the master until now answers READONLY: reconnect, and send the command again.
  reconnectOnError: (error: Error) =>
    error.message.startsWith('READONLY') ? (2 as const) : (false as const),
  retryStrategy: (times: number) => Math.min(times * 100, 1_000),
  socketTimeout: 30_000,
  keepAlive: 10_000,
  connectTimeout: 5_000,
} satisfies RedisOptions;

/** For publishers: a command fails within 1 s, and at once while there is no connection. */
const failFast = { ...shared, enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 1_000 };

const manners = {
  /** For workers: commands wait for Redis to come back. */
  patient: { ...shared, maxRetriesPerRequest: null },
  hasty: failFast,
  /** For many small commands at the same time: those of one turn of the event loop go together. */
  gathering: { ...failFast, enableAutoPipelining: true },
} satisfies Record<Manner, Partial<RedisOptions>>;

/**
 * Connects to the URL that readRedisUrl describes: to one server, to the master that the sentinels name and through
 * its failovers, or to a cluster.
 */
export function connectRedis(redisUrl: string, manner: Manner, onError: (error: Error) => void): RedisClient {
  const address = parseRedisUrl(redisUrl);
  const redis = address.kind === 'cluster' ? openCluster(address, manner) : openServer(address, manner);
  redis.on('error', onError);
  return redis;
}

function openServer(address: Exclude<RedisAddress, { kind: 'cluster' }>, manner: Manner): Redis {
  const entrance = credentials(address);
  const { db } = address;
  if (address.kind === 'server')
    return new Redis({ ...manners[manner], ...entrance, host: address.host, port: address.port, db });
  const { sentinels, master: name, tls } = address;
  const watched = tls ? { sentinelTLS: tls, enableTLSForSentinelMode: true } : {};
  return new Redis({ ...manners[manner], ...entrance, ...watched, sentinels, name, db });
}

function openCluster(address: Extract<RedisAddress, { kind: 'cluster' }>, manner: Manner): Cluster {
  const { retryStrategy, ...options } = manners[manner];
  const redisOptions = { ...options, ...credentials(address) };
  return new Cluster(address.nodes, {
    redisOptions,
    clusterRetryStrategy: retryStrategy,
    enableOfflineQueue: manner === 'patient',
    // Certificates name hosts, and a cluster says addresses: where it says hosts they are looked up as they are.
    ...(address.tls ? { dnsLookup: (host, done) => done(null, host) } : {}),
  });
}

function credentials({
  username,
  password,
  tls,
}: RedisAddress): Pick<RedisOptions, 'username' | 'password' | 'tls'> {
  return { ...(username && { username }), ...(password && { password }), ...(tls && { tls }) };
}

/** The share of Redis's memory limit that is in use, in [0, 1], where it is fullest; 0 when it has no limit. */
async function memoryUse(redis: RedisClient): Promise<number> {
  const servers = redis instanceof Cluster ? redis.nodes('master') : [redis];
  return Math.max(0, ...(await Promise.all(servers.map(usedShare))));
}

async function usedShare(server: Redis): Promise<number> {
  const info = await server.info('memory');
  const read = (field: string) => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const limit = read('maxmemory');
  return limit === 0 ? 0 : read('used_memory') / limit;
}

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
        ...queueOptions(name),
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
      ...workerOptions(name),
      concurrency,
      connection: redis,
      metrics: { maxDataPoints: COUNTED_MINUTES },
    },
    createRedisBackend,
  );
  worker.on('error', onError);
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
