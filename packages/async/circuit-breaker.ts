export type CircuitState = 'closed' | 'open' | 'half_open';

export interface CircuitBreakerOptions {
  /** Opens when more than this share, in [0, 1), of the last `windowCalls` calls failed. Default 0: at any failure. */
  failureShare?: number;
  windowCalls?: number;
  minCalls?: number;
  /** `openings` counts the consecutive ones, from 1; `error` is the last failure. */
  resetAfterMs: (openings: number, error: unknown) => number;
  onStateChange?: (from: CircuitState, to: CircuitState, error: unknown) => void;
}

/** Its cause is the failure that opened the circuit. */
export class CircuitOpenError extends Error {
  override name = 'CircuitOpenError';
}

export interface CircuitBreaker {
  readonly state: CircuitState;
  /** Rejects with a CircuitOpenError while the circuit is open. Calls must settle: a probe keeps out all others. */
  execute<T>(call: () => Promise<T>): Promise<T>;
}

/**
 * Circuit breaker (Nygard, Release It!): keeps callers from queueing up for a server that is down. After the reset time
 * one call probes the server, and closes the circuit or opens it again.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const { failureShare = 0, windowCalls = 1, minCalls = 1, resetAfterMs, onStateChange } = options;
  let state: CircuitState = 'closed';
  let outcomes: boolean[] = [];
  let openings = 0;
  let openUntil = 0;
  let failure: unknown;
  // Outcomes of calls that started before the circuit last opened are ignored: they are out of date.
  let epoch = 0;

  function change(to: CircuitState): void {
    const from = state;
    state = to;
    onStateChange?.(from, to, failure);
  }

  function open(): void {
    epoch += 1;
    openings += 1;
    // Monotonic: a system clock that is set back must not keep the circuit open.
    openUntil = performance.now() + resetAfterMs(openings, failure);
    change('open');
  }

  function record(failed: boolean): void {
    outcomes = [...outcomes, failed].slice(-windowCalls);
    const failures = outcomes.filter(Boolean).length;
    if (failed && outcomes.length >= minCalls && failures > failureShare * outcomes.length) open();
  }

  function onSuccess(isProbe: boolean): void {
    if (isProbe) {
      outcomes = [];
      openings = 0;
      change('closed');
    } else record(false);
  }

  function onFailure(isProbe: boolean, error: unknown): void {
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
      const startedIn = epoch;
      let result: Awaited<ReturnType<typeof call>>;
      try {
        if (isProbe) change('half_open');
        result = await call();
      } catch (error) {
        if (startedIn === epoch) onFailure(isProbe, error);
        throw error;
      }
      if (startedIn === epoch) onSuccess(isProbe);
      return result;
    },
  };
}
