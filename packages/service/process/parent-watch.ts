import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { errorCode } from '../errors.ts';

const run = promisify(execFile);

interface Found {
  parent: number;
  /** Program and arguments, with spaces between. */
  command: string;
}

/** A process by its number; undefined when it has ended, even when nobody has taken note of that yet. */
export async function findProcess(pid: number): Promise<Found | undefined> {
  const found = await (process.platform === 'linux' ? readProc(pid) : askPs(pid));
  return found?.command ? found : undefined;
}

/** Slim images have no ps. A process that has ended has no command line. */
async function readProc(pid: number): Promise<Found | undefined> {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8');
  const files = await Promise.all([read('status'), read('cmdline')]).catch((error: unknown) => {
    if (/ENOENT|ESRCH/.test(errorCode(error) ?? '')) return undefined;
    throw error;
  });
  if (!files) return undefined;
  const [status, command] = files;
  return {
    parent: Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]),
    command: command.replaceAll('\0', ' ').trim(),
  };
}

async function askPs(pid: number): Promise<Found> {
  const { stdout } = await run('ps', ['-ww', '-o', 'ppid=,command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  const [parent, ...command] = stdout.trim().split(/\s+/);
  return { parent: Number(parent), command: command.join(' ') };
}

const manager = /^(\S*node )?\S*\b(npm|npx|pnpm)(-cli)?(\.c?js)?( |$)/;
const between = /^\S*(\bsh -c|node) /;

/**
 * Resolves when the package manager that started this process is gone. `npx pnpm start` runs pnpm in a shell that
 * dies of SIGTERM without passing it on; the service would run on, unnoticed.
 */
export async function launcherGone(launchers: number[]): Promise<void> {
  // Without a free file descriptor nothing can be seen, which is no reason to end.
  while (await stillThere(launchers).catch(() => true)) await setTimeout(500, undefined, { ref: false });
}

/** The processes from the parent up to the outermost package manager; none when none started this process. */
export async function findLaunchers(): Promise<number[]> {
  const pids: number[] = [];
  let outermost = 0;
  for (let pid = process.ppid; pid > 1; ) {
    const found = await findProcess(pid);
    if (!found) break;
    if (manager.test(found.command)) outermost = pids.length + 1;
    else if (!between.test(found.command)) break;
    pids.push(pid);
    pid = found.parent;
  }
  return pids.slice(0, outermost);
}

/** The children of a process that ends are given to another parent. */
async function stillThere(launchers: number[]): Promise<boolean> {
  let expected = process.ppid;
  for (const pid of launchers) {
    if (pid !== expected) return false;
    const found = await findProcess(pid);
    if (!found) return false;
    expected = found.parent;
  }
  return true;
}
