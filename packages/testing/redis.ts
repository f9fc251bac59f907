import type { ChildProcess } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { inject } from 'vitest';
import { askRedis, socketIn } from './ask-redis.ts';
import { endProcess } from './end-with-process.ts';
import { flagsOf, launchRedis } from './launch-redis.ts';

/** A redis-server of a test's own, which keeps its port and its data from one start to the next. */
export interface RedisForTest {
  url: string;
  /** With everything that was ever written to it, as commands. */
  directory: string;
  /** Ends it in order; what was written stays. */
  stop(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Forgets everything, as if it came back empty. */
  flush(): Promise<void>;
}

/** Starts a redis-server as production runs it: append-only file, no eviction. It ends with the run at the latest. */
export async function redisForTest(): Promise<RedisForTest> {
  const directory = await mkdtemp(join(inject('runDirectory'), 'redis-'));
  const port = await freePort();
  let server: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals) => {
    if (server) await endProcess(server, signal);
    server = undefined;
  };
  const start = async () => {
    server ??= await startServer(directory, port);
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    directory,
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    flush: () => askRedis(directory, 'FLUSHALL'),
  };
}

function startServer(directory: string, port: number): Promise<ChildProcess> {
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: directory,
    unixsocket: socketIn(directory),
    appendonly: 'yes',
    save: '',
    'maxmemory-policy': 'noeviction',
  };
  return launchRedis(flagsOf(settings));
}
