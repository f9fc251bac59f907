import { setTimeout as sleep } from 'node:timers/promises';
import type { JobWorker } from './backend.ts';

const LOST_MS = 1_000;

/**
 * Closes a worker in order, or lets go of it after `ms`, and 1 s after its server is lost: what it had in hand is then
 * taken over by others.
 */
export async function closeWithin(ms: number, worker: JobWorker): Promise<void> {
  const over = new AbortController();
  const pass = (time: number) => sleep(time, undefined, { signal: over.signal }).catch(() => undefined);
  const closed = worker.close().then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([closed, pass(ms), worker.lost().then(() => pass(LOST_MS))]);
  over.abort();
  if (!inTime) worker.drop();
}
