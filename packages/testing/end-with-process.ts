import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

/** Pids, those of process groups below zero. */
const running = new Set<number>();

process.once('exit', () => {
  for (const pid of running) kill(pid);
});
// A test's process is ended by a signal, and then nothing happens at its exit unless somebody calls for it.
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => process.exit(128 + constants.signals[signal]));

/** Kills a process that this one has started, or the group it leads, when this one ends, however it ends but by SIGKILL. */
export function endWithProcess(child: ChildProcess, { group = false } = {}): void {
  if (child.pid === undefined) return;
  const pid = group ? -child.pid : child.pid;
  running.add(pid);
  child.once('exit', () => running.delete(pid));
}

/** Sends the signal and resolves when the process is gone; at once when it was. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
