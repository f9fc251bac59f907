import { setTimeout as wait } from 'node:timers/promises';
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  CircuitState,
  CountBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  TimeoutStrategy,
  timeout,
} from 'cockatiel';
import { NotSent, outcomeOf, retryAfterMs } from './resilient-call.ts';

interface Limits {
  timeoutMs: number;
  maxConcurrency: number;
}

export type BreakerState = 'closed' | 'open' | 'half_open';

/** Runs calls within limits. */
interface Guard extends Disposable {
  /**
   * The call's result, or a rejection no later than the timeout: then, and when the guard is disposed of, the call's
   * signal is aborted. Rejects at once while the server is known to be down or has asked for a pause.
   */
  run<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** What calls wait for, so that not too many are under way at once; guards may share them. */
export type Slots = ReturnType<typeof createSlots>;

export const createSlots = (maxConcurrency: number, mostWaiting = 2 * maxConcurrency) =>
  bulkhead(maxConcurrency, mostWaiting);

/** A pause before the second try, long enough for another server behind the same address to answer. */
const retryDelayMs = 50;

export function createGuard(
  { timeoutMs, maxConcurrency }: Limits,
  onState: (from: BreakerState, to: BreakerState, lastOutcome: string) => void,
  slots: Slots = createSlots(maxConcurrency),
): Guard {
  const inTime = timeout(timeoutMs, TimeoutStrategy.Aggressive);
  const breaker = createBreaker(onState);
  const closing = new AbortController();
  let pausedUntil = 0;

  /** Two tries at most, the second only while there is time for one as long as the first. */
  async function tryTwice<T>(
    call: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
    left: () => number,
  ) {
    const before = left();
    try {
      return await call(signal);
    } catch (error) {
      const took = before - left();
      const pause = retryAfterMs(error);
      if (pause !== null) pausedUntil = Date.now() + pause;
      if (pause !== null || !isTransient(error) || left() < took + retryDelayMs) throw error;
      await wait(retryDelayMs, undefined, { signal });
      return call(signal);
    }
  }

  return {
    run(call) {
      if (closing.signal.aborted) return Promise.reject(new NotSent('closed'));
      if (Date.now() < pausedUntil) return Promise.reject(new NotSent('paused'));
      const deadline = performance.now() + timeoutMs;
      const left = () => deadline - performance.now();
      return inTime.execute(
        ({ signal }) =>
          slots.execute(() => {
            // What waited too long would fail for want of time, and the breaker would blame the server.
            if (left() < timeoutMs / 2) throw new BulkheadRejectedError(maxConcurrency, 2 * maxConcurrency);
            // One call probes the server; cockatiel would let the others wait for its outcome.
            if (breaker.state === CircuitState.HalfOpen) throw new BrokenCircuitError();
            return breaker.execute(() => tryTwice(call, signal, left));
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
function createBreaker(onState: Parameters<typeof createGuard>[1]) {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: new ExponentialBackoff({ initialDelay: 1000, maxDelay: 30_000 }),
    breaker: new CountBreaker({ threshold: 0.5, size: 20, minimumNumberOfCalls: 5 }),
  });
  let state: BreakerState = 'closed';
  breaker.onStateChange((next) => {
    const from = state;
    state = stateName(next);
    const failure = breaker.lastFailure;
    onState(from, state, failure && 'error' in failure ? outcomeOf(failure.error) : 'invalid');
  });
  return breaker;
}

function stateName(state: CircuitState): BreakerState {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half_open' : 'open';
}

function isTransient(error: unknown): boolean {
  return ['rate_limited', 'server_error'].includes(outcomeOf(error));
}
