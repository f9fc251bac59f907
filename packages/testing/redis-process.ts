import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { inject } from 'vitest';
import { socketIn } from './ask-redis.ts';
import { endProcess } from './end-with-process.ts';
import { flagsOf, launchRedis } from './launch-redis.ts';

/** One redis-server among several, which ends with the test's process at the latest. */
export interface RedisProcess extends AsyncDisposable {
  port: number;
  /** kill -9. */
  kill(): Promise<void>;
}

/** Starts one with these settings, in a directory of its own. Rejects with its output when it does not start. */
export async function startRedis(
  settings: Record<string, string>,
  { sentinelOf }: { sentinelOf?: string } = {},
): Promise<RedisProcess> {
  const directory = await mkdtemp(join(inject('runDirectory'), 'redis-'));
  const port = Number(settings['tls-port'] ?? settings['port'] ?? (await freePort()));
  const place = { port: String(port), bind: '127.0.0.1', dir: directory, unixsocket: socketIn(directory) };
  const flags = flagsOf({ ...place, save: '', ...settings });
  const server = await launchRedis(sentinelOf === undefined ? flags : [sentinelOf, '--sentinel', ...flags]);
  const kill = () => endProcess(server, 'SIGKILL');
  return { port, kill, [Symbol.asyncDispose]: kill };
}
