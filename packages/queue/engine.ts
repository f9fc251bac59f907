import {
  createPostgresBackend,
  createRedisBackend,
  type Processor,
  Queue,
  type QueueOptions,
  runMigrations,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import pg from 'pg';
import { connectRedis, memoryUse } from './redis.ts';

export interface QueueConfig {
  /** Set: the queues live in this Redis. Unset: in the database, in a schema of their own. */
  redisUrl?: string | undefined;
  databaseUrl: string;
  /** How often a failing event is tried, and the wait before the second try, which doubles each time. */
  retry?: { attempts: number; delayMs: number } | undefined;
}

export type JobQueue = Pick<
  Queue,
  'name' | 'addBulk' | 'getJobCounts' | 'getJobScheduler' | 'upsertJobScheduler' | 'getJobs'
>;

/** Queues of one engine, over connections that fail at once rather than wait. */
export interface Queues {
  get(name: string): JobQueue;
  /** The share of the engine's memory limit in use, in [0, 1]. */
  memoryUse(): Promise<number>;
  close(): Promise<void>;
}

export interface JobWorker {
  /** Stops taking, waits for the jobs in hand. Waits for ever when Redis is away. */
  close(): Promise<void>;
  /** Lets go of the connections without waiting for anything. */
  drop(): void;
}

type OnError = (error: Error) => void;

const PREFIX = 'learning-loop';
const SCHEMA = 'queue';
/** Nothing reads the event streams but a dashboard, so they stay short. */
const MAX_STREAM = 100;

const queueOptions = {
  prefix: PREFIX,
  streams: { events: { maxLen: MAX_STREAM } },
  // Nothing that is finished may hold its job id, or the sweeper could not bring it back.
  defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
} satisfies Partial<QueueOptions>;

/** A killed worker's jobs are taken over within 9 s: its locks last 6 s, and are looked at every 3 s. */
const workerOptions = {
  prefix: PREFIX,
  autorun: false,
  lockDuration: 6_000,
  stalledInterval: 3_000,
  maxStalledCount: 3,
  runRetryDelay: 1_000,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
} satisfies Partial<WorkerOptions>;

/** Opens queues by name. On Postgres it migrates first, and rejects when the server is away. */
export async function openQueues(
  config: QueueConfig,
  names: readonly string[],
  onError: OnError,
): Promise<Queues> {
  return config.redisUrl === undefined
    ? openPostgresQueues(config.databaseUrl, names, onError)
    : openRedisQueues(config.redisUrl, names, onError);
}

/** Opens a worker, which is not running before its connections are ready. Rejects as openQueues does. */
export async function openWorker(
  config: QueueConfig,
  { name, concurrency, onError }: { name: string; concurrency: number; onError: OnError },
  process: Processor,
): Promise<JobWorker> {
  return config.redisUrl === undefined
    ? openPostgresWorker(config.databaseUrl, { name, concurrency, onError }, process)
    : openRedisWorker(config.redisUrl, { name, concurrency, onError }, process);
}

function openRedisQueues(redisUrl: string, names: readonly string[], onError: OnError): Queues {
  const redis = connectRedis(redisUrl, 'hasty', onError);
  const open = names.map((name) => {
    const queue = new Queue(
      name,
      {
        ...queueOptions,
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
  return {
    get: byName(open),
    memoryUse: () => memoryUse(redis),
    async close() {
      redis.disconnect();
      await Promise.allSettled(open.map((queue) => queue.close()));
    },
  };
}

async function openPostgresQueues(
  databaseUrl: string,
  names: readonly string[],
  onError: OnError,
): Promise<Queues> {
  await migrateQueues(databaseUrl);
  const open = names.map((name) => {
    const queue = new Queue(
      name,
      { ...queueOptions, connection: postgres(databaseUrl, 2) },
      createPostgresBackend,
    );
    queue.on('error', onError);
    return queue;
  });
  return {
    get: byName(open),
    memoryUse: () => Promise.resolve(0),
    async close() {
      await Promise.allSettled(open.map((queue) => queue.close()));
    },
  };
}

function byName<Q extends JobQueue>(open: Q[]): (name: string) => Q {
  const queues = new Map(open.map((queue) => [queue.name, queue]));
  return (name) => {
    const queue = queues.get(name);
    if (!queue) throw new Error(`No queue ${name} was opened.`);
    return queue;
  };
}

interface WorkerSettings {
  name: string;
  concurrency: number;
  onError: OnError;
}

async function openRedisWorker(
  redisUrl: string,
  settings: WorkerSettings,
  process: Processor,
): Promise<JobWorker> {
  const { name, concurrency, onError } = settings;
  const redis = connectRedis(redisUrl, 'patient', onError);
  const worker = new Worker(
    name,
    process,
    { ...workerOptions, concurrency, connection: redis },
    createRedisBackend,
  );
  worker.on('error', onError);
  void worker.run().catch(onError);
  return {
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

async function openPostgresWorker(
  databaseUrl: string,
  { name, concurrency, onError }: WorkerSettings,
  process: Processor,
): Promise<JobWorker> {
  await migrateQueues(databaseUrl);
  const connection = postgres(databaseUrl, 3);
  const worker = new Worker(
    name,
    process,
    { ...workerOptions, concurrency, connection },
    createPostgresBackend,
  );
  worker.on('error', onError);
  await worker.waitUntilReady();
  void worker.run().catch(onError);
  return {
    close: () => worker.close(),
    drop: () => void worker.disconnect().catch(onError),
  };
}

function postgres(databaseUrl: string, max: number) {
  return {
    connectionString: databaseUrl,
    schema: SCHEMA,
    max,
    connectionTimeoutMillis: 3_000,
    keepAlive: true,
  };
}

/** Creates or upgrades the queues' schema. Safe from many processes at once: it holds an advisory lock. */
async function migrateQueues(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 3_000 });
  // Without a listener a connection that breaks would end the process; the query rejects as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await runMigrations(client, SCHEMA);
  } finally {
    await client.end();
  }
}
