import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { errorCode } from './errors.ts';

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
