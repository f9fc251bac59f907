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

export interface Wishes {
  /** How many processes of an app; 1 unless told. */
  replicas?: Partial<Record<App, number>>;
  env?: Partial<Record<App | 'all', NodeJS.ProcessEnv>>;
  /** Words before the command of an app, such as strace and its options. */
  prefix?: Partial<Record<App, string[]>>;
  /** Where the services find their servers, when a proxy stands between. */
  redisUrl?: (url: string) => string;
  databaseUrl?: (url: string) => string;
  gatewayDatabaseUrl?: (url: string) => string;
  redis?: RedisServer;
  postgres?: PostgresServer;
  /** Where the training log is seen from here, when its process sees it elsewhere. */
  trainingDataDir?: () => string;
  /** Called when all processes have ended. */
  afterwards?: () => Promise<void>;
  /** Apps that are not started at first. */
  later?: App[];
}

/** The whole loop in real processes, on a database and a Redis of its own. */
export interface System extends AsyncDisposable {
  directory: string;
  trainingDataDir(): string;
  redis: RedisServer;
  databaseUrl: string;
  urls: string[];
  /** All processes of an app. */
  of(app: App): Supervised[];
  all(): Supervised[];
  /** The text of an app's log so far, all its lives and replicas. */
  logOf(app: App): Promise<string>;
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** The column `id` of the rows. */
  column(sql: string, values?: unknown[]): Promise<string[]>;
  /** Resolves when all gateways answer that they are ready. */
  ready(): Promise<void>;
  /** Resolves when the outbox is empty; rejects after `ms`. */
  settled(ms: number): Promise<void>;
  /** Resolves with the ms it takes until what the outbox holds now, `except` some events, is learned. */
  caughtUp(except?: string[]): Promise<number>;
}

const READY_MS = 60_000;
const MOST_STARTS = 5;
const CATCH_UP_MS = 600_000;
const root = path.resolve(import.meta.dirname, '../../..');

export async function startSystem(
  { postgres, directory }: { postgres: PostgresServer; directory: string },
  wishes: Wishes = {},
): Promise<System> {
  await using resources = new AsyncDisposableStack();
  const training = path.join(directory, 'training');
  await mkdir(training, { recursive: true });
  const databaseUrl = await (wishes.postgres ?? postgres).createDatabase(path.basename(directory));
  const redis = resources.use(wishes.redis ?? (await startRedis(path.join(directory, 'redis'))));
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  pool.on('error', () => undefined);
  resources.defer(() => pool.end());
  if (wishes.afterwards) resources.defer(wishes.afterwards);

  const common = {
    DATABASE_URL: wishes.databaseUrl?.(databaseUrl) ?? databaseUrl,
    REDIS_URL: wishes.redisUrl?.(redis.url) ?? redis.url,
    TRAINING_DATA_DIR: training,
    EXPLORATION_RATE: '0',
    // The trainer only sweeps: its building of datasets would take the processor from what is tested.
    TRAINER_MIN_NEW_SAMPLES: '1000000000',
    // Processes are started hundreds of times. Among the other tests they share the cache of the run.
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? path.join(tmpdir(), 'learning-loop-compiled'),
  };
  const running = new Map<App, Supervised[]>();
  const urls: string[] = [];
  resources.defer(async () => {
    await Promise.all([...running.values()].flat().map((one) => one.end()));
  });
  for (const app of apps) {
    const replicas = Array.from({ length: wishes.replicas?.[app] ?? 1 }, (_, i) => `${app}-${i + 1}`);
    running.set(app, []);
    for (const name of replicas) {
      const port = app === 'gateway' ? String(await freePort()) : '';
      if (app === 'gateway') urls.push(`http://127.0.0.1:${port}`);
      const env = { ...common, PORT: port, ...wishes.env?.all, ...wishes.env?.[app] };
      if (app === 'gateway' && wishes.gatewayDatabaseUrl)
        env.DATABASE_URL = wishes.gatewayDatabaseUrl(databaseUrl);
      const command = [
        ...(wishes.prefix?.[app] ?? []),
        process.execPath,
        path.join(root, 'apps', app, 'main.ts'),
      ];
      const launch = () => startProcess(command, { cwd: directory, log: logFile(directory, name), env });
      const later = wishes.later?.includes(app) ?? false;
      running.get(app)?.push(supervise({ name, log: logFile(directory, name), later }, launch));
    }
  }
  const owned = resources.move();

  const system: System = {
    directory,
    trainingDataDir: wishes.trainingDataDir ?? (() => training),
    redis,
    databaseUrl,
    urls,
    of: (app) => running.get(app) ?? [],
    all: () => [...running.values()].flat(),
    logOf: async (app) => {
      const files = system.of(app).map(({ log }) => readFile(log, 'utf8').catch(() => ''));
      return (await Promise.all(files)).join('');
    },
    // A connection that died with the server is noticed by the query that is given it.
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
      await until(async () => ((await depth(system)) === 0 ? true : null), ms, `Not settled: ${directory}.`);
    },
    async caughtUp(except = []) {
      const owed = await system.column('select event_id as id from outbox where event_id <> all($1)', [
        except,
      ]);
      const started = performance.now();
      const left = async () => {
        const [count] = await system.column('select count(*) as id from outbox where event_id = any($1)', [
          owed,
        ]);
        return Number(count) === 0 ? true : null;
      };
      await until(left, CATCH_UP_MS, `${owed.length} events were not learned: ${directory}.`);
      return performance.now() - started;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
  return system;
}

const logFile = (directory: string, name: string) => path.join(directory, `${name}.log`);

async function depth(system: System): Promise<number> {
  const [count] = await system.column('select count(*) as id from outbox');
  return Number(count);
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    () => false,
  );
}
