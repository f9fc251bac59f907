import type { Client } from './client.ts';
import { until } from './until.ts';

const STALLED_MS = 60_000;

/** Waits until the outbox is empty: everything accepted is learned then. Throws when it stands still for a minute. */
export async function untilOutboxEmpty(client: Client): Promise<void> {
  let pending = await client.outboxPending();
  while (pending > 0) {
    const before = pending;
    const fewer = async () => {
      const now = await client.outboxPending();
      return now < before ? now : null;
    };
    pending = await until(
      fewer,
      STALLED_MS,
      `${before} events wait in the outbox, and none was learned for ${STALLED_MS / 1000} s.`,
    );
  }
}
