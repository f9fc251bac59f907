import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** The unit of the times that the system tells. */
export const tickHz = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** What a process has used so far (CPU in s) and holds now (RSS in MB), by the system's own account. */
export interface Usage {
  cpuSeconds: number;
  rssMb: number;
}

/** Of the text of a process's `stat`. */
export function cpuSecondsOf(stat: string): number {
  // Fields are counted from behind the name, which may hold spaces: 11 and 12 are user and system time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / tickHz;
}

export async function usageOf(pid: number): Promise<Usage> {
  const cpuSeconds = cpuSecondsOf(await readFile(`/proc/${pid}/stat`, 'utf8'));
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const rssKb = Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1]);
  return { cpuSeconds, rssMb: rssKb / 1024 };
}
