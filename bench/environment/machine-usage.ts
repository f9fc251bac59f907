import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { longestPauseMs } from './longest-pause.ts';
import { cpuSecondsOf, tickHz } from './process-usage.ts';

/** What the machine did while something was measured. Times as shares of a core. */
export interface Meanwhile {
  /** How many cores each part kept busy: `load` is the process that asked and measured, `others` what is not the stage's. */
  cores: Record<string, number>;
  of_cores: number;
  idle_for_disk: number;
  /** Given to other machines by the hypervisor. */
  stolen: number;
  /** The longest time in which one of the apps asked for did nothing of what was due, in ms. */
  longest_pause_ms?: number;
}

/** Does it and says what the machine did meanwhile; of the apps at these addresses also how long they stood still. */
export async function withMeanwhile<T>(
  urls: string[],
  work: () => Promise<T>,
): Promise<T & { meanwhile: Meanwhile }> {
  await longestPauseMs(urls);
  const before = await readNow();
  const done = await work();
  const meanwhile = between(before, await readNow());
  const pause = await longestPauseMs(urls);
  return {
    ...done,
    meanwhile: { ...meanwhile, ...(pause === undefined ? {} : { longest_pause_ms: pause }) },
  };
}

/** CPU seconds so far: of each process of the stage, of this one, and of the machine. */
interface Reading {
  atMs: number;
  processes: Map<string, { part: string; seconds: number }>;
  load: number;
  all: number;
  idleForDisk: number;
  stolen: number;
}

async function readNow(): Promise<Reading> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const processes = (await Promise.all(pids.map(processOf))).flatMap((found) => found ?? []);
  const { user, system } = process.cpuUsage();
  const load = (user + system) / 1e6;
  return { atMs: performance.now(), processes: new Map(processes), load, ...(await machineNow()) };
}

/** See proc_stat(5). */
async function machineNow() {
  const [cpu = ''] = (await readFile('/proc/stat', 'utf8')).split('\n');
  const seconds = cpu.split(/\s+/u).map((ticks) => Number(ticks) / tickHz);
  const [, user = 0, nice = 0, system = 0, , disk = 0, interrupts = 0, softInterrupts = 0, stolen = 0] =
    seconds;
  return { all: user + nice + system + interrupts + softInterrupts, idleForDisk: disk, stolen };
}

/** Nothing of a process that is not of the stage, or has ended meanwhile. */
async function processOf(pid: string) {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const part = partOf(await read('cmdline'));
  const stat = await read('stat');
  return part && stat ? [[pid, { part, seconds: cpuSecondsOf(stat) }] as const] : undefined;
}

function partOf(commandLine: string): string | undefined {
  const ours = /(?:apps\/([\w-]+)|bench\/(plain))\/\w+\.ts/u.exec(commandLine);
  return ours?.[1] ?? ours?.[2] ?? /postgres|redis/u.exec(commandLine)?.[0];
}

function between(before: Reading, after: Reading): Meanwhile {
  const share = (from: number, to: number) => (to - from) / ((after.atMs - before.atMs) / 1_000);
  const cores: Record<string, number> = { load: share(before.load, after.load) };
  for (const [pid, { part, seconds }] of after.processes)
    cores[part] = (cores[part] ?? 0) + share(before.processes.get(pid)?.seconds ?? 0, seconds);
  const known = Object.values(cores).reduce((sum, busy) => sum + busy, 0);
  return {
    cores: { ...cores, others: Math.max(0, share(before.all, after.all) - known) },
    of_cores: availableParallelism(),
    idle_for_disk: share(before.idleForDisk, after.idleForDisk),
    stolen: share(before.stolen, after.stolen),
  };
}
