import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { longestPauseMs } from './longest-pause.ts';
import { parseCpuSeconds, tickHz } from './process-usage.ts';

/** While something was measured; times as shares of a core. */
export interface MachineUsage {
  /** Busy cores by part: `load` is the measuring process, `others` are processes outside the environment. */
  cores: Record<string, number>;
  of_cores: number;
  idle_for_disk: number;
  /** Given to other machines by the hypervisor. */
  stolen: number;
  /** Longest event loop delay of the given apps, in ms. */
  longest_pause_ms?: number;
}

/** Adds the machine's usage during `work`, and the longest pause of the apps at `urls`. */
export async function withMachineUsage<T>(
  urls: string[],
  work: () => Promise<T>,
): Promise<T & { meanwhile: MachineUsage }> {
  await longestPauseMs(urls);
  const before = await readUsage();
  const done = await work();
  const meanwhile = usageBetween(before, await readUsage());
  const pause = await longestPauseMs(urls);
  return {
    ...done,
    meanwhile: { ...meanwhile, ...(pause === undefined ? {} : { longest_pause_ms: pause }) },
  };
}

/** CPU seconds so far, by process of the environment, of this process and of the machine. */
interface Reading {
  atMs: number;
  processes: Map<string, { part: string; seconds: number }>;
  load: number;
  all: number;
  idleForDisk: number;
  stolen: number;
}

async function readUsage(): Promise<Reading> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const processes = (await Promise.all(pids.map(readProcess))).flatMap((processes) => processes ?? []);
  const { user, system } = process.cpuUsage();
  const load = (user + system) / 1e6;
  return { atMs: performance.now(), processes: new Map(processes), load, ...(await readMachine()) };
}

/** See proc_stat(5). */
async function readMachine() {
  const [cpu = ''] = (await readFile('/proc/stat', 'utf8')).split('\n');
  const seconds = cpu.split(/\s+/u).map((ticks) => Number(ticks) / tickHz);
  const [, user = 0, nice = 0, system = 0, , disk = 0, interrupts = 0, softInterrupts = 0, stolen = 0] =
    seconds;
  return { all: user + nice + system + interrupts + softInterrupts, idleForDisk: disk, stolen };
}

/** Undefined for processes outside the environment, or that have ended. */
async function readProcess(pid: string) {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const part = findPart(await read('cmdline'));
  const stat = await read('stat');
  return part && stat ? [[pid, { part, seconds: parseCpuSeconds(stat) }] as const] : undefined;
}

function findPart(commandLine: string): string | undefined {
  const ours = /(?:apps\/([\w-]+)|bench\/(plain))\/\w+\.ts/u.exec(commandLine);
  return ours?.[1] ?? ours?.[2] ?? /postgres|redis/u.exec(commandLine)?.[0];
}

function usageBetween(before: Reading, after: Reading): MachineUsage {
  const share = (from: number, to: number) => (to - from) / ((after.atMs - before.atMs) / 1_000);
  const cores: Record<string, number> = { load: share(before.load, after.load) };
  for (const [pid, { part, seconds }] of after.processes)
    cores[part] = (cores[part] ?? 0) + share(before.processes.get(pid)?.seconds ?? 0, seconds);
  const accounted = Object.values(cores).reduce((sum, busy) => sum + busy, 0);
  return {
    cores: { ...cores, others: Math.max(0, share(before.all, after.all) - accounted) },
    of_cores: availableParallelism(),
    idle_for_disk: share(before.idleForDisk, after.idleForDisk),
    stolen: share(before.stolen, after.stolen),
  };
}
