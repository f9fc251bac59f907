import { setTimeout as sleep } from 'node:timers/promises';

export interface BackgroundLoopOptions {
  /** The wait between the end of one run and the start of the next, in ms. */
  everyMs: number;
  /** The same after a run that failed. Default: `everyMs`. */
  afterErrorMs?: number;
  onError: (error: unknown) => void;
}

/**
 * Runs `run` again and again, the first time at once. A run may resolve with another wait before the next, in ms; 0 goes
 * on at once. Disposing aborts the signal and the wait, and resolves when the run under way has ended.
 */
export function backgroundLoop(
  run: (signal: AbortSignal) => Promise<number> | Promise<void>,
  { everyMs, afterErrorMs = everyMs, onError }: BackgroundLoopOptions,
): AsyncDisposable {
  const stop = new AbortController();
  const { signal } = stop;

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      const restMs = await runOnce();
      if (restMs > 0) await sleep(restMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Resolves with the wait before the next run. */
  async function runOnce(): Promise<number> {
    try {
      return (await run(signal)) ?? everyMs;
    } catch (error) {
      onError(error);
      return afterErrorMs;
    }
  }

  const running = loop();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}
