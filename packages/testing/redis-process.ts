import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { inject } from 'vitest';
import { socketIn } from './ask-redis.ts';

/** One redis-server among several, which ends with the test's process at the latest. */
export interface RedisProcess extends AsyncDisposable {
  port: number;
  /** kill -9. */
  kill(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const server of running) server.kill('SIGKILL');
});

const ready = /Ready to accept connections|Sentinel ID is|sentinel mode/i;

/** Starts one with these settings, in a directory of its own. Rejects with its output when it does not start. */
export async function startRedis(
  settings: Record<string, string>,
  { sentinelOf }: { sentinelOf?: string } = {},
): Promise<RedisProcess> {
  const directory = await mkdtemp(join(inject('runDirectory'), 'redis-'));
  const port = Number(settings['tls-port'] ?? settings['port'] ?? (await freePort()));
  const place = { port: String(port), bind: '127.0.0.1', dir: directory, unixsocket: socketIn(directory) };
  const flags = Object.entries({ ...place, save: '', ...settings }).flatMap(([name, value]) => [
    `--${name}`,
    value,
  ]);
  const args = sentinelOf === undefined ? flags : [sentinelOf, '--sentinel', ...flags];
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(server);
  await untilReady(server);
  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
    running.delete(server);
  };
  return { port, kill, [Symbol.asyncDispose]: kill };
}

async function untilReady(server: ChildProcess): Promise<void> {
  if (!server.stdout) throw new Error('standard output is not a pipe');
  const lines: string[] = [];
  for await (const line of createInterface(server.stdout)) {
    lines.push(line);
    if (!ready.test(line)) continue;
    // It must neither fill the pipe nor keep the test's process alive.
    server.stdout.resume();
    server.unref();
    return;
  }
  throw new Error(`redis-server did not start:\n${lines.join('\n')}`);
}
