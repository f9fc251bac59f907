import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

interface GroupCommit<T> {
  /** Hands an item over; the answer to it is the writer's business. */
  add(item: T): void;
  /** Items that were handed over and are not written yet. */
  readonly size: number;
}

/**
 * Collects what arrives while the previous batch is being written, and writes it as the next: batches grow by
 * themselves under load. The first arrival waits for no company but its own turn of the event loop's.
 * `write` must not reject; it runs in the asynchronous context, and so in the trace, of who came first. At most `limit`
 * items a batch, `lanes` batches at a time; a lane begins a batch `everyMs` after its last one at the earliest, so that
 * the batches of a busy time are larger.
 */
export function groupCommit<T>(
  write: (batch: T[]) => Promise<void>,
  { limit, lanes = 1, everyMs = 0 }: { limit: number; lanes?: number; everyMs?: number },
): GroupCommit<T> {
  let waiting: T[] = [];
  let writing = 0;
  let open = 0;
  let inContext = AsyncLocalStorage.snapshot();

  async function lane(): Promise<void> {
    await nextTurn();
    while (waiting.length > 0) {
      const rested = everyMs > 0 && sleep(everyMs);
      const batch = waiting.slice(0, limit);
      waiting = waiting.slice(limit);
      writing += batch.length;
      await inContext(write, batch);
      writing -= batch.length;
      await rested;
    }
    open -= 1;
  }

  return {
    add(item) {
      if (waiting.length === 0) inContext = AsyncLocalStorage.snapshot();
      waiting.push(item);
      if (open === lanes) return;
      open += 1;
      void lane();
    },
    get size() {
      return waiting.length + writing;
    },
  };
}
