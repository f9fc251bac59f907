import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const tickHz = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** What a process has used so far (CPU in s) and holds now (RSS in MB), by the system's own account. */
export interface Usage {
  cpuSeconds: number;
  rssMb: number;
}

export async function usageOf(pid: number): Promise<Usage> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Fields are counted from behind the name, which may hold spaces: 11 and 12 are user and system time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const rssKb = Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1]);
  return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / tickHz, rssMb: rssKb / 1024 };
}
