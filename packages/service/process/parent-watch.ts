import { setTimeout } from 'node:timers/promises';
import { findProcess } from '../find-process.ts';

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
