import {
  CircuitOpenError,
  type CircuitState,
  createCircuitBreaker,
} from '@learning-loop/async/circuit-breaker';
import { retry } from '@learning-loop/async/retry';
import { BulkheadRejectedError, bulkhead, TaskCancelledError, TimeoutStrategy, timeout } from 'cockatiel';
import { APIConnectionError, APIError, APIUserAbortError } from 'openai';

/** A call that was not sent, and why. */
export class CallRejected extends Error {
  readonly outcome: 'paused' | 'over_budget' | 'over_cost' | 'closed';

  constructor(outcome: CallRejected['outcome']) {
    super(`The model was not asked: ${outcome}.`);
    this.outcome = outcome;
  }
}

/** What became of a call, for metrics and logs; never the error's message, which may quote what a user wrote. */
export function classifyError(error: unknown): string {
  if (error instanceof CallRejected) return error.outcome;
  if (error instanceof CircuitOpenError) return 'breaker_open';
  if (error instanceof BulkheadRejectedError) return 'busy';
  if (error instanceof TaskCancelledError || error instanceof APIUserAbortError) return 'timeout';
  if (error instanceof APIConnectionError) return 'unreachable';
  return error instanceof APIError ? classifyStatus(error.status) : 'invalid';
}

function classifyStatus(status: number | undefined): string {
  if (status === undefined) return 'invalid';
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'server_error' : 'refused';
}

/** Milliseconds that the server asked us to stay away, at most ten minutes; null when it did not ask. */
export function retryAfterMs(error: unknown): number | null {
  const asked = error instanceof APIError ? error.headers?.get('retry-after') : null;
  if (!asked) return null;
  const ms = /^\d/u.test(asked) ? Number.parseFloat(asked) * 1000 : Date.parse(asked) - Date.now();
  return ms > 0 ? Math.min(ms, 600_000) : null;
}

interface Limits {
  timeoutMs: number;
  maxConcurrency: number;
}

/** Runs calls within limits. */
interface CallPolicy extends Disposable {
  /**
   * The call's result, or a rejection no later than the timeout: then, and when the guard is disposed of, the call's
   * signal is aborted. Rejects at once while the server is known to be down or has asked for a pause.
   */
  run<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** What calls wait for, so that not too many are under way at once; guards may share them. */
export type Bulkhead = ReturnType<typeof createBulkhead>;

export const createBulkhead = (maxConcurrency: number, maxQueued = 2 * maxConcurrency) =>
  bulkhead(maxConcurrency, maxQueued);

/** A pause before the second try, long enough for another server behind the same address to answer. */
const retryDelayMs = 50;

export function createCallPolicy(
  { timeoutMs, maxConcurrency }: Limits,
  onState: (from: CircuitState, to: CircuitState, lastOutcome: string) => void,
  slots: Bulkhead = createBulkhead(maxConcurrency),
): CallPolicy {
  const inTime = timeout(timeoutMs, TimeoutStrategy.Aggressive);
  const breaker = createBreaker(onState);
  const closing = new AbortController();
  let pausedUntil = 0;

  /** Two tries at most, the second only while there is time for one as long as the first. */
  function tryTwice<T>(call: (signal: AbortSignal) => Promise<T>, signal: AbortSignal, left: () => number) {
    const before = left();
    return retry(() => call(signal), {
      signal,
      attempts: 2,
      delayMs: () => retryDelayMs,
      shouldRetry: (error) =>
        retryAfterMs(error) === null && isTransient(error) && left() >= before - left() + retryDelayMs,
    });
  }

  /** The server says how long to stay away; until then nobody asks it. */
  function pauseIfAsked(error: unknown): never {
    const pauseMs = retryAfterMs(error);
    if (pauseMs !== null) pausedUntil = performance.now() + pauseMs;
    throw error;
  }

  return {
    run(call) {
      if (closing.signal.aborted) return Promise.reject(new CallRejected('closed'));
      if (performance.now() < pausedUntil) return Promise.reject(new CallRejected('paused'));
      const deadline = performance.now() + timeoutMs;
      const left = () => deadline - performance.now();
      return inTime.execute(
        ({ signal }) =>
          slots.execute(() => {
            // What waited too long would fail for want of time, and the breaker would blame the server.
            if (left() < timeoutMs / 2) throw new BulkheadRejectedError(maxConcurrency, 2 * maxConcurrency);
            return breaker.execute(() => tryTwice(call, signal, left)).catch(pauseIfAsked);
          }, signal),
        closing.signal,
      );
    },
    [Symbol.dispose]: () => closing.abort(),
  };
}

/**
 * Opens when more than half of the last 20 calls failed, and five at the least. It counts calls and not seconds, so that
 * it serves a call a minute as well as a thousand a second. Probes after 1 s, then more rarely, at least every 30 s.
 */
function createBreaker(onState: Parameters<typeof createCallPolicy>[1]) {
  return createCircuitBreaker({
    ...{ failureShare: 0.5, windowCalls: 20, minCalls: 5 },
    resetAfterMs: (openings) => Math.min(30_000, 1_000 * 2 ** (openings - 1)),
    onStateChange: (from, to, error) => onState(from, to, classifyError(error)),
  });
}

function isTransient(error: unknown): boolean {
  return ['rate_limited', 'server_error'].includes(classifyError(error));
}
