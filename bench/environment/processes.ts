import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

const repository = path.resolve(import.meta.dirname, '../..');
const startMs = 60_000;

export interface Running extends AsyncDisposable {
  pid: number;
}

/** Runs a TypeScript file of the repository as a process of its own, until it is disposed of. */
export function run(file: string, args: string[], env: Record<string, string>): Running {
  const child = spawn(process.execPath, [path.join(repository, file), ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return toRunning(child);
}

export function toRunning(child: ChildProcess): Running {
  if (child.pid === undefined) throw new Error(`${child.spawnfile} did not start`);
  return { pid: child.pid, [Symbol.asyncDispose]: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(25_000, 'late', { ref: false });
  if ((await Promise.race([exited, late])) === 'late') child.kill('SIGKILL');
  await exited;
}

/** Resolves when the address answers, whatever it answers. */
export async function waitUntilAnswering(url: string): Promise<void> {
  const deadline = performance.now() + startMs;
  while (performance.now() < deadline) {
    const response = await fetch(url).catch(() => undefined);
    if (response) return;
    await setTimeout(50);
  }
  throw new Error(`Nothing answered at ${url} within ${startMs / 1000} s.`);
}
