import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import { errorCode } from './errors.ts';
import type { Log } from './log.ts';
import type { ResourceStack } from './service.ts';

const run = promisify(execFile);

interface ProcessInfo {
  parent: number;
  /** With arguments. */
  command: string;
}

/** Undefined when it has ended, even if it is still a zombie, which has no command line. */
export async function findProcess(pid: number): Promise<ProcessInfo | undefined> {
  const info = await (process.platform === 'linux' ? readProc(pid) : runPs(pid));
  return info?.command ? info : undefined;
}

/** Slim images have no ps. */
async function readProc(pid: number): Promise<ProcessInfo | undefined> {
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

async function runPs(pid: number): Promise<ProcessInfo> {
  const { stdout } = await run('ps', ['-ww', '-o', 'ppid=,command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  const [parent, ...command] = stdout.trim().split(/\s+/);
  return { parent: Number(parent), command: command.join(' ') };
}

/** Of a command line with its arguments. */
export const isPackageManager = (command: string): boolean =>
  /^(\S*node )?\S*\b(npm|npx|pnpm)(-cli)?(\.c?js)?( |$)/.test(command);

/** A shell or a script that package managers put between themselves and what they start. */
export const isWrapper = (command: string): boolean => /^\S*(\bsh -c|node) /.test(command);

/** `npx pnpm start` runs pnpm in a shell that dies of SIGTERM without passing it on: the service would keep running. */
async function parentsExited(parents: number[]): Promise<void> {
  // An error, such as no free file descriptor, is no reason to end.
  while (await areRunning(parents).catch(() => true)) await setTimeout(500, undefined, { ref: false });
}

/** Up to the outermost package manager, from `parent`. */
export async function findPackageManagers(parent: number): Promise<number[]> {
  const pids: number[] = [];
  let outermost = 0;
  for (let pid = parent; pid > 1; ) {
    const info = await findProcess(pid);
    if (!info) break;
    if (isPackageManager(info.command)) outermost = pids.length + 1;
    else if (!isWrapper(info.command)) break;
    pids.push(pid);
    pid = info.parent;
  }
  return pids.slice(0, outermost);
}

async function areRunning(parents: number[]): Promise<boolean> {
  let expected = process.ppid;
  for (const pid of parents) {
    if (pid !== expected) return false;
    const info = await findProcess(pid);
    if (!info) return false;
    expected = info.parent;
  }
  return true;
}

const shutdownMs = 20_000;
/** Terminals and package managers send one Ctrl-C several times; within this time it counts as one. */
const sameSignalMs = 500;

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

/** Resolves once the parents are known; only later exits are noticed. */
export async function stopWithParent(log: Logger, stop: () => void): Promise<void> {
  const parents = await findPackageManagers(process.ppid);
  if (parents.length > 0) void stopAfterParents(parents, log, stop);
}

async function stopAfterParents(parents: number[], log: Logger, stop: () => void): Promise<void> {
  await parentsExited(parents);
  log.info({ signal: 'the package manager ended' }, 'stopping');
  stop();
}
