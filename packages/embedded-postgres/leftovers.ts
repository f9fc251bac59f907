import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { errorCode, StartError } from '@learning-loop/service/errors';
import { findProcess } from '@learning-loop/service/shutdown';

/** Postgres ignores this setting; a later start reads from it which process started the server. */
export const ownerSetting = `learning_loop.owner=${process.pid}`;

/** Left by kill -9. Throws a StartError if the process that started the server still runs, or it does not stop. */
export async function stopLeftovers(data: string): Promise<void> {
  const lockFile = join(data, 'postmaster.pid');
  const lock = await readFile(lockFile, 'utf8').catch(() => '');
  const pid = Number(lock.split('\n', 1)[0]);
  if (!(pid > 0)) return;
  const server = await findProcess(pid);
  if (!server?.command.includes('postgres')) return markStale(lockFile, pid);
  const owner = Number(/learning_loop\.owner=(\d+)/.exec(server.command)?.[1]);
  if (owner !== server.parent && !Number.isNaN(owner)) {
    await stop(pid, data);
    // A server that was killed as we found it leaves its lock, and is a process until its parent takes note.
    return markStale(lockFile, pid);
  }
  const holder = owner || pid;
  throw new StartError(
    `The data directory ${data} is in use by process ${holder}; stop it or choose another DATA_DIR.`,
  );
}

/**
 * Another program may have this pid by now, and Postgres would take it for a server. It treats the pid of its own parent
 * as stale, but still checks the shared memory that the file names. A server that stopped in order left no lock.
 */
async function markStale(lockFile: string, pid: number): Promise<void> {
  const lock = await readFile(lockFile, 'utf8').catch(() => undefined);
  if (lock !== undefined) await writeFile(lockFile, lock.replace(String(pid), String(process.pid)));
}

async function stop(pid: number, data: string): Promise<void> {
  try {
    // Fast shutdown: rolls back open transactions.
    process.kill(pid, 'SIGINT');
  } catch (cause) {
    if (errorCode(cause) === 'ESRCH') return;
    throw new StartError(`A server from before, process ${pid}, still holds ${data}; stop it.`, { cause });
  }
  for (const end = Date.now() + 30_000; Date.now() < end; await setTimeout(20)) {
    if (!(await findProcess(pid))) return;
  }
  throw new StartError(`A server from before, process ${pid}, holds ${data} and does not stop; kill it.`);
}
