import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from './client.ts';

/** Polls every 20 ms until the value is not null. Throws `late` after `deadlineMs`. */
export async function until<T>(read: () => Promise<T | null>, deadlineMs: number, late: string): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  while (performance.now() < deadline) {
    const value = await read();
    if (value !== null) return value;
    await delay(20);
  }
  throw new Error(late);
}

const STALLED_MS = 60_000;

/** Waits for the queues as well: without them, events are learned only at the next sweep. */
export async function untilReady(client: Client): Promise<void> {
  const ready = async () => ((await client.ready()).status === 'ready' ? true : null);
  await until(
    ready,
    STALLED_MS,
    `The server is not ready after ${STALLED_MS / 1000} s: its queues are away.`,
  );
}

/** Waits until everything accepted is learned. Throws if the outbox does not shrink for a minute. */
export async function untilOutboxEmpty(client: Client): Promise<void> {
  const pendingNow = async () => (await client.ready()).outbox_pending;
  let pending = await pendingNow();
  while (pending > 0) {
    const before = pending;
    const fewer = async () => {
      const now = await pendingNow();
      return now < before ? now : null;
    };
    const late = `${before} events wait in the outbox, and none was learned for ${STALLED_MS / 1000} s.`;
    pending = await until(fewer, STALLED_MS, late);
  }
}
