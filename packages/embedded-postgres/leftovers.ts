import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { errorCode, StartError } from '@learning-loop/service/start-error';

const run = promisify(execFile);

/** Postgres ignores this setting; it tells a later start which process began the server. */
export const ownerSetting = `learning_loop.owner=${process.pid}`;

/**
 * Stops the server of this data directory when the process that began it is gone, as after kill -9. Throws a
 * StartError when that process still runs, or when the server does not stop.
 */
export async function endLeftovers(dataDirectory: string): Promise<void> {
  const lockFile = join(dataDirectory, 'postmaster.pid');
  const pid = Number((await readFile(lockFile, 'utf8').catch(() => '')).split('\n', 1)[0]);
  if (!(pid > 0) || !isAlive(pid)) return;
  const found = await describeProcess(pid);
  if (!found.command.includes('postgres')) {
    // The number belongs to another program by now, for which Postgres would wait for ever.
    await rm(lockFile);
    return;
  }
  const owner = Number(/learning_loop\.owner=(\d+)/.exec(found.command)?.[1]);
  if (owner === found.parent || Number.isNaN(owner)) {
    throw new StartError(
      `The data directory ${dataDirectory} is in use by process ${owner || pid}; stop it or choose another DATA_DIR.`,
    );
  }
  await stop(pid, dataDirectory);
}

async function stop(pid: number, dataDirectory: string): Promise<void> {
  try {
    // Fast shutdown: what is committed stays, open transactions are rolled back.
    process.kill(pid, 'SIGINT');
  } catch (cause) {
    throw new StartError(`A server from before, process ${pid}, still holds ${dataDirectory}; stop it.`, {
      cause,
    });
  }
  for (const end = Date.now() + 30_000; Date.now() < end; await setTimeout(20)) if (!isAlive(pid)) return;
  throw new StartError(
    `A server from before, process ${pid}, holds ${dataDirectory} and does not stop; kill it.`,
  );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

async function describeProcess(pid: number): Promise<{ parent: number; command: string }> {
  if (process.platform === 'linux') return readProc(pid).catch(() => ({ parent: 0, command: '' }));
  const { stdout } = await run('ps', ['-ww', '-o', 'ppid=,command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  const [parent, ...command] = stdout.trim().split(/\s+/);
  return { parent: Number(parent), command: command.join(' ') };
}

/** Slim images have no ps. */
async function readProc(pid: number): Promise<{ parent: number; command: string }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
  return { parent: Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]), command: command.replaceAll('\0', ' ') };
}
