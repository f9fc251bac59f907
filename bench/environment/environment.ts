import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectDb, type Db } from '@learning-loop/db/connect';
import { migrate } from '@learning-loop/db/migrate';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { startEmbeddedPostgres } from '@learning-loop/embedded-postgres/start';
import { ensureInstalled } from '@learning-loop/testing/ensure-installed';
import { Redis } from 'ioredis';
import { type Running, run, toRunning, waitUntilAnswering } from './processes.ts';

/** Real servers with durability: Postgres with fsync, Redis with its append-only file flushed each second. */
export interface Environment extends AsyncDisposable {
  db: Db;
  databaseUrl: string;
  redisUrl: string;
  trainingDataDir: string;
  /** Starts an app of the repository; resolves when it answers. */
  app(name: string, env?: Record<string, string>): Promise<Running & { url: string }>;
}

/** With `data`, PostgreSQL uses this data directory and keeps it; else a temporary one. */
export async function openEnvironment(data?: string): Promise<Environment> {
  await using resources = new AsyncDisposableStack();
  const directory = await mkdtemp(path.join(tmpdir(), 'bench-'));
  await chmod(directory, 0o755);
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const postgres = resources.use(await startEmbeddedPostgres(data ?? path.join(directory, 'postgres')));
  const redisUrl = resources.use(await startRedis(directory)).url;
  const db = resources.use(connectDb(postgres.url, { name: 'bench' }));
  await migrate(db);
  const trainingDataDir = path.join(directory, 'training');
  const commonEnv = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redisUrl,
    TRAINING_DATA_DIR: trainingDataDir,
    LOG_LEVEL: 'warn',
  };
  // What fails until here leaves nothing behind.
  const opened = resources.move();
  return {
    ...{ db, databaseUrl: postgres.url, redisUrl, trainingDataDir },
    async app(name, env = {}) {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const app = opened.use(run(`apps/${name}/main.ts`, [], { ...commonEnv, PORT: String(port), ...env }));
      await waitUntilAnswering(`${url}/livez`);
      return { ...app, url };
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function startRedis(directory: string): Promise<Running & { url: string }> {
  if (!(await ensureInstalled('redis-server', 'redis-server')))
    throw new Error('The benches need a redis-server: apt-get install redis-server, or brew install redis.');
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
  const durable = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'];
  const server = toRunning(spawn('redis-server', [...settings, ...durable], { stdio: 'ignore' }));
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url, { maxRetriesPerRequest: null });
  client.on('error', () => {});
  await client.ping();
  client.disconnect();
  return { ...server, url };
}
