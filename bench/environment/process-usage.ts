import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** Unit of the times in /proc. */
export const tickHz = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU seconds so far, and resident memory in MB. */
export interface ProcessUsage {
  cpuSeconds: number;
  rssMb: number;
}

export function parseCpuSeconds(stat: string): number {
  // Fields count from behind the name, which may contain spaces: 11 and 12 are user and system time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / tickHz;
}

export async function readProcessUsage(pid: number): Promise<ProcessUsage> {
  const cpuSeconds = parseCpuSeconds(await readFile(`/proc/${pid}/stat`, 'utf8'));
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const rssKb = Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1]);
  return { cpuSeconds, rssMb: rssKb / 1024 };
}
