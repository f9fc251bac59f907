import { Redis, type RedisOptions } from 'ioredis';

const shared = {
  // A replica that was the master until now answers READONLY: reconnect, and send the command again.
  reconnectOnError: (error: Error) =>
    error.message.startsWith('READONLY') ? (2 as const) : (false as const),
  retryStrategy: (times: number) => Math.min(times * 100, 1_000),
  socketTimeout: 30_000,
  keepAlive: 10_000,
  connectTimeout: 5_000,
} satisfies RedisOptions;

/** For workers: commands wait for Redis to come back. */
const patient = { ...shared, maxRetriesPerRequest: null };

/** For publishers: a command fails within 1 s, and at once while there is no connection. */
const hasty = {
  ...shared,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: 1_000,
};

/**
 * Connects to `redis://`, `rediss://`, or `redis+sentinel://[:password@]host:port,host:port/master[/db]`, which asks
 * the sentinels for the master and follows it through a failover.
 */
export function connectRedis(
  redisUrl: string,
  manner: 'patient' | 'hasty',
  onError: (error: Error) => void,
): Redis {
  const options = manner === 'patient' ? patient : hasty;
  const sentinels = throughSentinels(redisUrl);
  const redis = sentinels ? new Redis({ ...options, ...sentinels }) : new Redis(redisUrl, options);
  redis.on('error', onError);
  return redis;
}

function throughSentinels(redisUrl: string) {
  const parts = /^redis\+sentinel:\/\/(?::([^@]*)@)?([^/]+)\/([^/]+)(?:\/(\d+))?$/.exec(redisUrl);
  if (!parts) return undefined;
  const [, password, hosts = '', name = '', db = '0'] = parts;
  const sentinels = hosts.split(',').map((host) => {
    const { hostname, port } = new URL(`redis://${host}`);
    return { host: hostname, port: Number(port || 26379) };
  });
  return { sentinels, name, db: Number(db), ...(password ? { password: decodeURIComponent(password) } : {}) };
}

/** The share of Redis's memory limit that is in use, in [0, 1]; 0 when it has no limit. */
export async function memoryUse(redis: Redis): Promise<number> {
  const info = await redis.info('memory');
  const read = (field: string) => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const limit = read('maxmemory');
  return limit === 0 ? 0 : read('used_memory') / limit;
}
