import {
  CircuitOpenError,
  type CircuitState,
  createCircuitBreaker,
} from '@learning-loop/async/circuit-breaker';
import { retry } from '@learning-loop/async/retry';
import {
  BulkheadRejectedError,
  bulkhead as cockatielBulkhead,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
} from 'cockatiel';
import { APIConnectionError, APIError, APIUserAbortError } from 'openai';

export class CallRejected extends Error {
  readonly outcome: 'paused' | 'over_budget' | 'over_cost' | 'closed';

  constructor(outcome: CallRejected['outcome']) {
    super(`The model was not asked: ${outcome}.`);
    this.outcome = outcome;
  }
}

/** The outcome label of metrics and logs; never the error's message, which may quote a user's text. */
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

/** From the Retry-After header, at most ten minutes; null without one. */
export function retryAfterMs(error: unknown): number | null {
  const header = (error instanceof APIError && error.headers?.get('retry-after')) || '';
  const ms = /^\d/u.test(header) ? Number.parseFloat(header) * 1000 : Date.parse(header) - Date.now();
  return ms > 0 ? Math.min(ms, 600_000) : null;
}

interface Limits {
  timeoutMs: number;
  maxConcurrency: number;
}

interface CallPolicy extends Disposable {
  /** Settles in time; the signal aborts then, and on disposal. Rejects at once while the server is down or paused us. */
  run<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export type Bulkhead = ReturnType<typeof createBulkhead>;

export const createBulkhead = (maxConcurrency: number, maxQueued = 2 * maxConcurrency) =>
  cockatielBulkhead(maxConcurrency, maxQueued);

/** Long enough for another server behind the same address to take over. */
const retryDelayMs = 50;

export function createCallPolicy(
  { timeoutMs, maxConcurrency }: Limits,
  onState: (from: CircuitState, to: CircuitState, lastOutcome: string) => void,
  bulkhead: Bulkhead = createBulkhead(maxConcurrency),
): CallPolicy {
  const timeoutPolicy = timeout(timeoutMs, TimeoutStrategy.Aggressive);
  const breaker = createBreaker(onState);
  const closing = new AbortController();
  let pausedUntil = 0;

  /** Retries once, if the time left suffices for an attempt as long as the first. */
  function tryTwice<T>(
    call: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
    remainingMs: () => number,
  ) {
    const startMs = remainingMs();
    return retry(() => call(signal), {
      signal,
      attempts: 2,
      delayMs: () => retryDelayMs,
      shouldRetry: (error) =>
        retryAfterMs(error) === null &&
        isTransient(error) &&
        remainingMs() >= startMs - remainingMs() + retryDelayMs,
    });
  }

  function pauseIfRequested(error: unknown): never {
    const pauseMs = retryAfterMs(error);
    if (pauseMs !== null) pausedUntil = performance.now() + pauseMs;
    throw error;
  }

  return {
    run(call) {
      if (closing.signal.aborted) return Promise.reject(new CallRejected('closed'));
      if (performance.now() < pausedUntil) return Promise.reject(new CallRejected('paused'));
      const deadline = performance.now() + timeoutMs;
      const remainingMs = () => deadline - performance.now();
      return timeoutPolicy.execute(
        ({ signal }) =>
          bulkhead.execute(() => {
            // A call that waited too long would time out, and the breaker would blame the server.
            if (remainingMs() < timeoutMs / 2)
              throw new BulkheadRejectedError(maxConcurrency, 2 * maxConcurrency);
            return breaker.execute(() => tryTwice(call, signal, remainingMs)).catch(pauseIfRequested);
          }, signal),
        closing.signal,
      );
    },
    [Symbol.dispose]: () => closing.abort(),
  };
}

/** Counts calls instead of seconds, to work at any request rate. Probes after 1 s, then after up to 30 s. */
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
