import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import { errorCode } from './errors.ts';
import type { Log } from './log.ts';
import type { ResourceStack } from './service.ts';

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
async function parentExited(launchers: number[]): Promise<void> {
  // Without a free file descriptor nothing can be seen, which is no reason to end.
  while (await stillThere(launchers).catch(() => true)) await setTimeout(500, undefined, { ref: false });
}

/** The processes from the parent up to the outermost package manager; none when none started this process. */
async function findParentProcesses(): Promise<number[]> {
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

/** How long an ordered shutdown may take, in ms. */
const shutdownMs = 20_000;
/** Terminals and package managers send one Ctrl-C several times: within this time, in ms, it is the same one. */
const sameSignalMs = 500;

/** The shutdown: closes everything, writes the log, exits with process.exitCode. Further calls do nothing. */
export function stopOnce(lifetime: ResourceStack, log: Logger, logs: Log): () => void {
  const stop = async () => {
    try {
      await lifetime.close(shutdownMs, (err, resource) => log.error({ err, resource }, 'close_failed'));
    } catch (error) {
      process.exitCode = 1;
      log.fatal(String(error));
    }
    log.info('stopped');
    await logs.flush();
    process.exit();
  };
  let stopping = false;
  return () => {
    if (!stopping) void stop();
    stopping = true;
  };
}

/** A second signal, unless it is the first one repeated, exits at once. */
export function stopOnSignals(log: Logger, stop: () => void): void {
  let first: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (first !== undefined && performance.now() - first > sameSignalMs) process.exit(1);
      if (first === undefined) log.info({ signal }, 'stopping');
      first ??= performance.now();
      stop();
    });
  }
}

/** Resolves as soon as the launchers are known: only then is the end of one seen. */
export async function stopWithParent(log: Logger, stop: () => void): Promise<void> {
  const launchers = await findParentProcesses();
  if (launchers.length > 0) void stopWhenGone(launchers, log, stop);
}

async function stopWhenGone(launchers: number[], log: Logger, stop: () => void): Promise<void> {
  await parentExited(launchers);
  log.info({ signal: 'the package manager ended' }, 'stopping');
  stop();
}
