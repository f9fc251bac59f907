import { mkdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import pg from 'pg';
import { until } from 'standalone/demo/wait';
import type { PostgresServer } from './postgres-server.ts';
import { startProcess } from './process.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { type Supervised, supervise } from './supervise.ts';

const apps = ['gateway', 'training-log-worker', 'memory-worker', 'persona-worker', 'trainer'] as const;
type App = (typeof apps)[number];
export const workers = ['training-log-worker', 'memory-worker', 'persona-worker'] as const;

export interface SystemOptions {
  /** Processes by app; default 1. */
  replicas?: Partial<Record<App, number>>;
  env?: Partial<Record<App | 'all', NodeJS.ProcessEnv>>;
  /** Prepended to an app's command, such as strace and its options. */
  prefix?: Partial<Record<App, string[]>>;
  /** Rewrites URLs, to put a proxy in between. */
  redisUrl?: (url: string) => string;
  databaseUrl?: (url: string) => string;
  gatewayDatabaseUrl?: (url: string) => string;
  redis?: RedisServer;
  postgres?: PostgresServer;
  /** The training log's path as seen by the tests, if it differs. */
  trainingDataDir?: () => string;
  /** Called when all processes have ended. */
  afterwards?: () => Promise<void>;
  /** Apps not started at first. */
  later?: App[];
}

/** All apps as real processes, with their own database and Redis. */
export interface System extends AsyncDisposable {
  directory: string;
  trainingDataDir(): string;
  redis: RedisServer;
  databaseUrl: string;
  urls: string[];
  /** All processes of an app. */
  of(app: App): Supervised[];
  all(): Supervised[];
  /** Log text of all its processes and restarts. */
  logOf(app: App): Promise<string>;
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** The column `id` of the rows. */
  column(sql: string, values?: unknown[]): Promise<string[]>;
  /** Resolves when all gateways are ready. */
  ready(): Promise<void>;
  /** Resolves when the outbox is empty; rejects after `ms`. */
  settled(ms: number): Promise<void>;
  /** Resolves with the ms until everything in the outbox now, `except` some events, is learned. */
  caughtUp(except?: string[]): Promise<number>;
}

const READY_MS = 60_000;
const MOST_STARTS = 5;
const CATCH_UP_MS = 600_000;
const root = path.resolve(import.meta.dirname, '../../..');

export async function startSystem(
  { postgres, directory }: { postgres: PostgresServer; directory: string },
  options: SystemOptions = {},
): Promise<System> {
  await using resources = new AsyncDisposableStack();
  const training = path.join(directory, 'training');
  await mkdir(training, { recursive: true });
  const databaseUrl = await (options.postgres ?? postgres).createDatabase(path.basename(directory));
  const redis = resources.use(options.redis ?? (await startRedis(path.join(directory, 'redis'))));
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  pool.on('error', () => undefined);
  resources.defer(() => pool.end());
  if (options.afterwards) resources.defer(options.afterwards);

  const common = {
    DATABASE_URL: options.databaseUrl?.(databaseUrl) ?? databaseUrl,
    REDIS_URL: options.redisUrl?.(redis.url) ?? redis.url,
    TRAINING_DATA_DIR: training,
    EXPLORATION_RATE: '0',
    // The trainer only sweeps: dataset builds would compete for the CPU.
    TRAINER_MIN_NEW_SAMPLES: '1000000000',
    // Processes are started hundreds of times, so they share a compile cache.
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? path.join(tmpdir(), 'learning-loop-compiled'),
  };
  const running = new Map<App, Supervised[]>();
  const urls: string[] = [];
  resources.defer(async () => {
    await Promise.all([...running.values()].flat().map((one) => one.end()));
  });
  for (const app of apps) {
    const replicas = Array.from({ length: options.replicas?.[app] ?? 1 }, (_, i) => `${app}-${i + 1}`);
    running.set(app, []);
    for (const name of replicas) {
      const port = app === 'gateway' ? String(await freePort()) : '';
      if (app === 'gateway') urls.push(`http://127.0.0.1:${port}`);
      const env = { ...common, PORT: port, ...options.env?.all, ...options.env?.[app] };
      if (app === 'gateway' && options.gatewayDatabaseUrl)
        env.DATABASE_URL = options.gatewayDatabaseUrl(databaseUrl);
      env.DATABASE_URL = nameSessions(env.DATABASE_URL, name);
      const command = [
        ...(options.prefix?.[app] ?? []),
        process.execPath,
        path.join(root, 'apps', app, 'main.ts'),
      ];
      const launch = () => startProcess(command, { cwd: directory, log: logFile(directory, name), env });
      const later = options.later?.includes(app) ?? false;
      running.get(app)?.push(supervise({ name, log: logFile(directory, name), later }, launch));
    }
  }
  const owned = resources.move();

  const system: System = {
    directory,
    trainingDataDir: options.trainingDataDir ?? (() => training),
    redis,
    databaseUrl,
    urls,
    of: (app) => running.get(app) ?? [],
    all: () => [...running.values()].flat(),
    logOf: async (app) => {
      const files = system.of(app).map(({ log }) => readFile(log, 'utf8').catch(() => ''));
      return (await Promise.all(files)).join('');
    },
    // The first queries fail on connections that died with the server.
    query: async (sql, values = []) => {
      const ask = () => pool.query(sql, values);
      return (await ask().catch(ask).catch(ask).catch(ask).catch(ask)).rows;
    },
    column: async (sql, values) => (await system.query(sql, values)).map((row) => String(row['id'])),
    async ready() {
      const all = () => Promise.all(urls.map(isReady));
      const before = new Map(system.all().map((one) => [one, one.lives()]));
      const ask = async () => {
        const looping = system.all().filter((one) => one.lives() - (before.get(one) ?? 0) > MOST_STARTS);
        if (looping.length > 0)
          throw new Error(`${looping[0]?.name} ends at once, always; see ${directory}.`);
        return (await all()).every(Boolean) ? true : null;
      };
      await until(ask, READY_MS, `The gateways are not ready; see ${directory}.`);
    },
    async settled(ms) {
      await until(
        async () => ((await countOutbox(system)) === 0 ? true : null),
        ms,
        `Not settled: ${directory}.`,
      );
    },
    async caughtUp(except = []) {
      const pendingIds = await system.column('select event_id as id from outbox where event_id <> all($1)', [
        except,
      ]);
      const started = performance.now();
      const left = async () => {
        const [count] = await system.column('select count(*) as id from outbox where event_id = any($1)', [
          pendingIds,
        ]);
        return Number(count) === 0 ? true : null;
      };
      await until(left, CATCH_UP_MS, `${pendingIds.length} events were not learned: ${directory}.`);
      return performance.now() - started;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
  return system;
}

/** So that Postgres tells the replicas of an app apart. */
function nameSessions(databaseUrl: string, name: string): string {
  const url = new URL(databaseUrl);
  url.searchParams.set('application_name', name);
  return url.href;
}

const logFile = (directory: string, name: string) => path.join(directory, `${name}.log`);

async function countOutbox(system: System): Promise<number> {
  const [count] = await system.column('select count(*) as id from outbox');
  return Number(count);
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    () => false,
  );
}
