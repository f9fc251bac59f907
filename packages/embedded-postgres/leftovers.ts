import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { errorCode, StartError } from '@learning-loop/service/errors';
import { findProcess } from '@learning-loop/service/shutdown';

/** Postgres ignores this setting; it tells a later start which process began the server. */
export const ownerSetting = `learning_loop.owner=${process.pid}`;

/**
 * Stops the server of this data directory when the process that began it is gone, as after kill -9. Throws a
 * StartError when that process still runs, or when the server does not stop.
 */
export async function endLeftovers(data: string): Promise<void> {
  const lockFile = join(data, 'postmaster.pid');
  const lock = await readFile(lockFile, 'utf8').catch(() => '');
  const pid = Number(lock.split('\n', 1)[0]);
  if (!(pid > 0)) return;
  const server = await findProcess(pid);
  if (!server?.command.includes('postgres')) {
    // When another program has the number by now, Postgres would take it for its server. The number of its own
    // parent it takes for stale, and still waits for what the rest of the file says of shared memory.
    await writeFile(lockFile, lock.replace(String(pid), String(process.pid)));
    return;
  }
  const owner = Number(/learning_loop\.owner=(\d+)/.exec(server.command)?.[1]);
  if (owner !== server.parent && !Number.isNaN(owner)) return stop(pid, data);
  const holder = owner || pid;
  throw new StartError(
    `The data directory ${data} is in use by process ${holder}; stop it or choose another DATA_DIR.`,
  );
}

async function stop(pid: number, data: string): Promise<void> {
  try {
    // Fast shutdown: what is committed stays, open transactions are rolled back.
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
