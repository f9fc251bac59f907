import { setTimeout as sleep } from 'node:timers/promises';
import type { JobWorker } from './engine.ts';

/** Closes a worker in order, or lets go of it after `ms`: what it had in hand is then taken over by others. */
export async function closeWithin(ms: number, worker: JobWorker): Promise<void> {
  const deadline = new AbortController();
  const closed = worker.close().catch(() => undefined);
  const late = sleep(ms, undefined, { signal: deadline.signal }).catch(() => undefined);
  await Promise.race([closed, late]);
  deadline.abort();
  worker.drop();
}
