import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { endWithProcess } from './end-with-process.ts';

const ready = /Ready to accept connections|Sentinel ID is|sentinel mode/i;

/**
 * Runs redis-server and resolves when it answers; rejects with its output when it does not start. It ends with this
 * process, and its errors come with its output: whoever waits for the end of this process's own would wait for it, too.
 */
export async function launchRedis(args: string[]): Promise<ChildProcess> {
  const server = spawn('sh', ['-c', 'exec redis-server "$@" 2>&1', 'redis-server', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  endWithProcess(server);
  const lines: string[] = [];
  for await (const line of createInterface(server.stdout)) {
    lines.push(line);
    if (!ready.test(line)) continue;
    // It must neither fill the pipe nor keep the test's process alive.
    server.stdout.resume();
    server.unref();
    return server;
  }
  throw new Error(`redis-server did not start:\n${lines.join('\n')}`);
}

export const flagsOf = (settings: Record<string, string>) =>
  Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
