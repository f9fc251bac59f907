export type CircuitState = 'closed' | 'open' | 'half_open';

export interface CircuitBreakerOptions {
  /** The circuit opens when more than this share of the last `windowCalls` calls failed. Default 0: at any failure. */
  failureShare?: number;
  /** Default 1. */
  windowCalls?: number;
  /** So many calls must have been made before it opens. Default 1. */
  minCalls?: number;
  /** How long it stays open, in ms, after so many openings in a row, from 1. */
  resetAfterMs: (openings: number) => number;
  /** Called at each change, with the failure that opened the circuit last. */
  onStateChange?: (from: CircuitState, to: CircuitState, error: unknown) => void;
}

/** A call that was rejected because the circuit is open. Its cause is the failure that opened it. */
export class CircuitOpenError extends Error {
  override name = 'CircuitOpenError';
}

export interface CircuitBreaker {
  readonly state: CircuitState;
  /** Calls, or rejects with a CircuitOpenError at once. */
  execute<T>(call: () => Promise<T>): Promise<T>;
}

/**
 * A circuit breaker (Nygard, Release It!): keeps callers from queueing up for a server that is down. While it is open
 * every call is rejected; after the reset time one call probes the server, and closes the circuit or opens it again.
 * Time is monotonic: a system clock that is set back must not keep a circuit open.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const { failureShare = 0, windowCalls = 1, minCalls = 1, resetAfterMs, onStateChange } = options;
  let state: CircuitState = 'closed';
  let outcomes: boolean[] = [];
  let openings = 0;
  let openUntil = 0;
  let failure: unknown;

  function change(to: CircuitState): void {
    const from = state;
    state = to;
    onStateChange?.(from, to, failure);
  }

  function open(): void {
    openings += 1;
    openUntil = performance.now() + resetAfterMs(openings);
    change('open');
  }

  function record(failed: boolean): void {
    outcomes = [...outcomes, failed].slice(-windowCalls);
    const failures = outcomes.filter(Boolean).length;
    if (failed && outcomes.length >= minCalls && failures > failureShare * outcomes.length) open();
  }

  function onSuccess(isProbe: boolean): void {
    if (!isProbe && state === 'closed') record(false);
    if (!isProbe) return;
    outcomes = [];
    openings = 0;
    change('closed');
  }

  function onFailure(isProbe: boolean, error: unknown): void {
    // A call that was made before the circuit opened says nothing new.
    if (!isProbe && state !== 'closed') return;
    failure = error;
    if (isProbe) open();
    else record(true);
  }

  return {
    get state() {
      return state;
    },
    async execute(call) {
      const isProbe = state === 'open' && performance.now() >= openUntil;
      if (state !== 'closed' && !isProbe)
        throw new CircuitOpenError('The server failed lately and is not called.', { cause: failure });
      if (isProbe) change('half_open');
      try {
        const result = await call();
        onSuccess(isProbe);
        return result;
      } catch (error) {
        onFailure(isProbe, error);
        throw error;
      }
    },
  };
}
