import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopLeftovers } from '@learning-loop/embedded-postgres/leftovers';
import { findProcess } from '@learning-loop/service/shutdown';

const prefix = 'learning-loop-test-';
const memory = '/dev/shm';
// Read before the run sets another for its tests.
const disk = tmpdir();
/** A run takes 0.5 GB at its most. */
const neededBytes = 2 * 2 ** 30;

const ownDirectory = (root: string) => join(root, `${prefix}${process.pid}`);

/** The directories of this run that are there. */
export const runDirectories = (): string[] => [memory, disk].map(ownDirectory).filter(existsSync);

/**
 * Makes the directories of this run, and removes those of runs that are over. Databases and files belong into `fast`,
 * which is in memory where there is plenty: a new database is 300 files, which take 20 ms there and up to 200 ms on a
 * disk. `disk` is for what is large.
 */
export async function makeRunDirectories(): Promise<{ fast: string; disk: string }> {
  for (const root of [disk, memory]) await removeOldRuns(root);
  const onDisk = await makeReachable(ownDirectory(disk));
  const hasMemory = (await freeMemory()) > neededBytes;
  return { fast: hasMemory ? await makeReachable(ownDirectory(memory)) : onDisk, disk: onDisk };
}

/** Bytes that files in memory may take, so that as much again is left to the tests. */
async function freeMemory(): Promise<number> {
  const { bavail, bsize } = await statfs(memory).catch(() => ({ bavail: 0, bsize: 0 }));
  return Math.min(bavail * bsize, process.availableMemory() / 2);
}

/** The database may run as a user of its own, which has to pass through here. */
async function makeReachable(directory: string): Promise<string> {
  await mkdir(directory);
  await chmod(directory, 0o755);
  return directory;
}

async function removeOldRuns(root: string): Promise<void> {
  const names = (await readdir(root).catch(() => [])).filter((name) => name.startsWith(prefix));
  for (const name of names) {
    const pid = Number(name.slice(prefix.length));
    if (pid === process.pid || !(await findProcess(pid))) await removeRun(join(root, name));
  }
}

async function removeRun(directory: string): Promise<void> {
  await stopLeftovers(join(directory, 'postgres'));
  await rm(directory, { recursive: true, force: true });
}
