import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

export interface BackgroundLoopOptions {
  /** From the end of one run to the start of the next. */
  everyMs: number;
  afterErrorMs?: number;
  /** Must not throw. */
  onError: (error: unknown) => void;
}

/** A run may resolve with the wait before the next one, in ms. Disposing waits for the current run. */
export function backgroundLoop(
  run: (signal: AbortSignal) => Promise<number> | Promise<void>,
  { everyMs, afterErrorMs = everyMs, onError }: BackgroundLoopOptions,
): AsyncDisposable {
  const stop = new AbortController();
  const { signal } = stop;

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await runOnce();
      // Runs that do no I/O would block the event loop.
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      else await nextTurn();
    }
  }

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
