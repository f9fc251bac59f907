import { setTimeout as sleep } from 'node:timers/promises';

interface Persistence {
  signal: AbortSignal;
  /** Decides whether a failure is worth another try; the others are thrown. */
  again: (error: unknown) => boolean;
  /** Told of the first failure of a row of them, and of the success that ends it. */
  onAway?: (error: unknown) => void;
  onBack?: () => void;
}

const FIRST_MS = 50;
const LONGEST_MS = 3_000;

/**
 * Calls until it succeeds, waiting between calls: 50 ms at first, then twice as long each time up to 3 s, each wait
 * cut by up to half at random. Throws what is not worth another try, and the last failure once the signal is aborted.
 */
export async function persist<T>(call: () => Promise<T>, persistence: Persistence): Promise<T> {
  const { signal, again, onAway, onBack } = persistence;
  for (let failures = 0; ; failures += 1) {
    try {
      const result = await call();
      if (failures > 0) onBack?.();
      return result;
    } catch (error) {
      if (signal.aborted || !again(error)) throw error;
      if (failures === 0) onAway?.(error);
      await pause(failures, signal);
    }
  }
}

async function pause(failures: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** failures);
  await sleep(longest * (1 - Math.random() / 2), undefined, { signal }).catch(() => undefined);
}
