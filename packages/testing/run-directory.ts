import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopLeftovers } from '@learning-loop/embedded-postgres/leftovers';
import { findProcess } from '@learning-loop/service/shutdown';

const prefix = 'learning-loop-test-';

/** Holds what the servers of one run write. */
export function runDirectory(vitestPid: number): string {
  return join(tmpdir(), `${prefix}${vitestPid}`);
}

/** Makes this run's directory, and ends and removes what runs that are over have left. */
export async function makeRunDirectory(): Promise<string> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const name of names) {
    const pid = Number(name.slice(prefix.length));
    if (pid === process.pid || !(await findProcess(pid))) await removeRun(join(tmpdir(), name));
  }
  const directory = runDirectory(process.pid);
  await mkdir(directory);
  // The database may run as a user of its own, which has to pass through here.
  await chmod(directory, 0o755);
  return directory;
}

async function removeRun(directory: string): Promise<void> {
  await stopLeftovers(join(directory, 'postgres'));
  await rm(directory, { recursive: true, force: true });
}
