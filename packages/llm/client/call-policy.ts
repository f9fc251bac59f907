import {
  type CircuitBreaker,
  type CircuitState,
  createCircuitBreaker,
} from '@learning-loop/async/circuit-breaker';
import { TimeoutStrategy, timeout } from 'cockatiel';
import { CallRejected, classifyError, isServerBusy, retryAfterMs } from './errors.ts';
import { UnusableAnswer } from './read-response.ts';
import type { Slots } from './slots.ts';

export interface CallLimits {
  /** A model that cannot do one operation may be good at another: unusable answers pause theirs alone. */
  operation: string;
  timeoutMs: number;
  /** Nobody waits for it: calls that somebody waits for take its slot, and it starts again. */
  isBackground: boolean;
}

export interface Attempt {
  signal: AbortSignal;
  /** As of performance.now(): what a stream said until then has to do. */
  deadline: number;
}

interface CallPolicy extends Disposable {
  /** Settles in time; the signal aborts then, and on disposal. Rejects at once while the server is down or paused us. */
  run<T>(limits: CallLimits, call: (attempt: Attempt) => Promise<T>): Promise<T>;
}

/** Long enough for another server behind the same address to take over. */
const retryDelayMs = 50;
/** Between questions to a server that loads its model or is full: soon at first, then each second. */
const patienceMs = [250, 500, 1_000];
/** Before a background call disturbs again a server that answers one request at a time. */
const yieldMs = 3_000;
/** A server that is full or loads its model may be ready any moment; one that is down will be so for longer. */
const busyResetMs = 1_000;
const longestResetMs = 30_000;
/** Left of a call's time when its stream is ended, to read what it said until then. */
const readingMs = 20;

class Preempted extends Error {}

export function createCallPolicy(
  slots: Slots,
  maxQueued: number,
  onState: (from: CircuitState, to: CircuitState, lastOutcome: string) => void,
): CallPolicy {
  const breaker = createBreaker(onState);
  const unlessMisunderstood = createMisunderstandingBreakers();
  const closing = new AbortController();
  let pausedUntil = 0;

  function pauseIfRequested(error: unknown): never {
    const pauseMs = retryAfterMs(error);
    if (pauseMs !== null) pausedUntil = performance.now() + pauseMs;
    throw error;
  }

  async function runInSlot<T>(
    { timeoutMs, isBackground }: CallLimits,
    call: (attempt: Attempt) => Promise<T>,
    { signal, deadline }: Attempt,
  ): Promise<T> {
    for (;;) {
      try {
        return await slots.run({ isBackground, signal, maxQueued }, (preempted) => {
          // A call that waited too long would time out, and the breaker would blame the server.
          if (deadline + readingMs - performance.now() < timeoutMs / 2) throw new CallRejected('busy');
          const either = AbortSignal.any([signal, preempted]);
          const attempt = { signal: either, deadline };
          return unlessPreempted(preempted, () => persist(slots, call, attempt, isBackground));
        });
      } catch (error) {
        if (!(error instanceof Preempted)) throw error;
      }
    }
  }

  /** What another call took the slot of, and what was not understood, was no failure of the server. */
  async function unlessPreempted<T>(preempted: AbortSignal, call: () => Promise<T>): Promise<T> {
    const result = await breaker
      .execute(() =>
        call().then(
          (value) => ({ value }),
          (error: unknown) => {
            if (preempted.aborted) return { error: new Preempted() };
            if (error instanceof UnusableAnswer) return { error };
            throw error;
          },
        ),
      )
      .catch(pauseIfRequested);
    if ('error' in result) throw result.error;
    return result.value;
  }

  return {
    run(limits, call) {
      if (closing.signal.aborted) return Promise.reject(new CallRejected('closed'));
      if (performance.now() < pausedUntil) return Promise.reject(new CallRejected('paused'));
      const deadline = performance.now() + limits.timeoutMs - readingMs;
      return timeout(limits.timeoutMs, TimeoutStrategy.Aggressive).execute(
        ({ signal }) =>
          unlessMisunderstood(limits.operation, () => runInSlot(limits, call, { signal, deadline })),
        closing.signal,
      );
    },
    [Symbol.dispose]: () => closing.abort(),
  };
}

/** Asks until there is an answer, an error that will stay, or no time left. */
async function persist<T>(
  slots: Slots,
  call: (attempt: Attempt) => Promise<T>,
  attempt: Attempt,
  isBackground: boolean,
): Promise<T> {
  const { signal } = attempt;
  const endsAt = attempt.deadline + readingMs;
  for (let failures = 0; ; failures += 1) {
    const started = performance.now();
    try {
      return await call(attempt);
    } catch (error) {
      if (isCutOff(error)) slots.narrow();
      const delayMs = toDelay(error, failures, isBackground);
      const took = performance.now() - started;
      const reserve = isServerBusy(error) ? 0 : took;
      if (delayMs === null || signal.aborted || performance.now() + delayMs + reserve > endsAt) throw error;
      await wait(delayMs, signal);
    }
  }
}

/** One breaker for each operation; they count only what was not understood. */
function createMisunderstandingBreakers() {
  const breakers = new Map<string, CircuitBreaker>();
  return async <T>(operation: string, call: () => Promise<T>): Promise<T> => {
    const breaker = breakers.get(operation) ?? createBreaker(() => undefined);
    breakers.set(operation, breaker);
    const result = await breaker.execute(() =>
      call().then(
        (value) => ({ value }),
        (error: unknown) => {
          if (error instanceof UnusableAnswer) throw error;
          return { error };
        },
      ),
    );
    if ('error' in result) throw result.error;
    return result.value;
  };
}

/** Until then, or until the signal aborts. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

/** Some servers end an answer when the next request arrives. */
const isCutOff = (error: unknown) => error instanceof UnusableAnswer && error.kind === 'interrupted';

/** Until the next attempt; null where it would not help. */
function toDelay(error: unknown, failures: number, isBackground: boolean): number | null {
  const asked = retryAfterMs(error);
  if (isServerBusy(error)) return asked ?? patienceMs[Math.min(failures, patienceMs.length - 1)] ?? null;
  if (asked !== null || failures > 0) return null;
  if (isCutOff(error)) return isBackground ? yieldMs : retryDelayMs;
  return classifyError(error) === 'server_error' ? retryDelayMs : null;
}

/** Counts calls instead of seconds, to work at any request rate. Probes after 1 s, then after up to 30 s. */
function createBreaker(onState: Parameters<typeof createCallPolicy>[2]) {
  return createCircuitBreaker({
    ...{ failureShare: 0.5, windowCalls: 20, minCalls: 5 },
    resetAfterMs: (openings, error) =>
      isServerBusy(error) ? busyResetMs : Math.min(longestResetMs, 1_000 * 2 ** (openings - 1)),
    onStateChange: (from, to, error) => onState(from, to, classifyError(error)),
  });
}
