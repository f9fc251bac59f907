import { spawn } from 'node:child_process';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import type { Job, Seen } from './job.ts';

/** Sends a job's requests from a process of its own, so that making the load does not slow what is measured. */
export async function send(job: Job): Promise<Seen> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(job));
  return (await json(child.stdout)) as Seen;
}
