import { setTimeout as sleep } from 'node:timers/promises';

export interface RetryOptions {
  /** Once aborted, the next failure is thrown. */
  signal: AbortSignal;
  /** Calls in all. Default: no limit. */
  attempts?: number;
  /** Decides whether a failure is worth another call; the others are thrown. Default: all are. */
  shouldRetry?: (error: unknown) => boolean;
  /** The wait in ms after so many failures, from 1. Default: `backoffMs`. */
  delayMs?: (failures: number) => number;
  /** Called with the first failure of a streak, and with the success that ends it. */
  onFirstFailure?: (error: unknown) => void;
  onRecovered?: () => void;
}

const FIRST_MS = 50;
const LONGEST_MS = 3_000;

/** Exponential backoff: 50 ms, doubled each time up to 3 s, each cut by up to half at random. */
export function backoffMs(failures: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return longest * (1 - Math.random() / 2);
}

/** Calls until it succeeds. Throws what is not worth another call, and the last failure when calls or time are over. */
export async function retry<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, attempts = Number.POSITIVE_INFINITY, delayMs = backoffMs } = options;
  const { shouldRetry = () => true, onFirstFailure, onRecovered } = options;
  for (let failures = 0; ; ) {
    try {
      const result = await call();
      if (failures > 0) onRecovered?.();
      return result;
    } catch (error) {
      if (failures === 0) onFirstFailure?.(error);
      failures += 1;
      if (signal.aborted || failures >= attempts || !shouldRetry(error)) throw error;
      await sleep(delayMs(failures), undefined, { signal }).catch(() => undefined);
    }
  }
}
