import { setTimeout as sleep } from 'node:timers/promises';

export interface RetryOptions {
  /** Aborting ends a wait; one more call is made, and its failure thrown. */
  signal: AbortSignal;
  attempts?: number;
  shouldRetry?: (error: unknown) => boolean;
  delayMs?: (failures: number) => number;
  onFirstFailure?: (error: unknown) => void;
  onRecovered?: () => void;
}

const FIRST_MS = 50;
const LONGEST_MS = 3_000;

/** Exponential backoff with jitter; `failures` counts from 1. */
export function backoffMs(failures: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return longest * (1 - Math.random() / 2);
}

/** Throws the last failure when it should not be retried, or attempts or time ran out. */
export async function retry<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, attempts = Number.POSITIVE_INFINITY, delayMs = backoffMs } = options;
  const { shouldRetry = () => true, onFirstFailure, onRecovered } = options;
  let failures = 0;
  let result: T;
  for (;;) {
    try {
      result = await call();
      break;
    } catch (error) {
      if (failures === 0) onFirstFailure?.(error);
      failures += 1;
      if (signal.aborted || failures >= attempts || !shouldRetry(error)) throw error;
      await sleep(delayMs(failures), undefined, { signal }).catch(() => undefined);
    }
  }
  if (failures > 0) onRecovered?.();
  return result;
}
