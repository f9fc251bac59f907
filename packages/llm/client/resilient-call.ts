import { BrokenCircuitError, BulkheadRejectedError, TaskCancelledError } from 'cockatiel';
import { APIConnectionError, APIError, APIUserAbortError } from 'openai';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { type Budget, costOf, type Prices, type Usage } from '../budget.ts';
import { type BreakerState, createGuard, type Slots } from './circuit-breaker.ts';
import { llmMetrics } from './metrics.ts';

/** A call that was not sent, and why. */
export class NotSent extends Error {
  readonly outcome: 'paused' | 'over_budget' | 'over_cost' | 'closed';

  constructor(outcome: NotSent['outcome']) {
    super(`The model was not asked: ${outcome}.`);
    this.outcome = outcome;
  }
}

/** What became of a call, for metrics and logs; never the error's message, which may quote what a user wrote. */
export function outcomeOf(error: unknown): string {
  if (error instanceof NotSent) return error.outcome;
  if (error instanceof BrokenCircuitError) return 'breaker_open';
  if (error instanceof BulkheadRejectedError) return 'busy';
  if (error instanceof TaskCancelledError || error instanceof APIUserAbortError) return 'timeout';
  if (error instanceof APIConnectionError) return 'unreachable';
  return error instanceof APIError ? outcomeOfStatus(error.status) : 'invalid';
}

function outcomeOfStatus(status: number | undefined): string {
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

/** What is counted and limited together, whichever model is called. */
export interface Means {
  log: Logger;
  registry: Registry;
  budget: Budget;
  slots: Slots;
}

/** A model of a server, as it is called. */
interface Called {
  /** Implementation and model: `ollama/llama3.1`. */
  model: string;
  timeoutMs: number;
  maxConcurrency: number;
  prices: Prices;
  /** The model was found to be away. */
  onOpen?(): void;
}

export interface Answer<T> {
  value: T;
  /** As the server counted them; null when it does not say. */
  tokens: Usage | null;
}

interface Call<T> {
  operation: string;
  /** Tokens that it may take. */
  estimate: Usage;
  send(signal: AbortSignal): Promise<Answer<T>>;
}

/** Calls one model within its limits. */
export interface Caller extends Disposable {
  /** The answer in time, paid by the tenant's budget; null where there is none. Never rejects. */
  call<T>(tenant: string, call: Call<T>): Promise<T | null>;
}

export function createCaller(called: Called, { log, registry, budget, slots }: Means): Caller {
  const { model, prices } = called;
  const metrics = llmMetrics(registry);
  let state: BreakerState = 'closed';
  metrics.breakers.inc({ model, state });
  const guard = createGuard(called, changed, slots);

  function changed(from: BreakerState, to: BreakerState, reason: string): void {
    state = to;
    metrics.breakers.dec({ model, state: from });
    metrics.breakers.inc({ model, state: to });
    if (from === 'closed') log.warn({ model, reason }, 'llm_breaker_opened');
    if (to === 'open') called.onOpen?.();
    if (to === 'closed') log.info({ model }, 'llm_breaker_closed');
  }

  /** The guarded answer; what was not sent costs nothing. */
  async function paid<T>(tenant: string, { estimate, send }: Call<T>): Promise<Answer<T>> {
    const reservation = budget.reserve(tenant, estimate, prices);
    if (typeof reservation === 'string') throw new NotSent(reservation);
    let sent = false;
    try {
      const answer = await guard.run((signal) => {
        sent = true;
        return send(signal);
      });
      if (answer.tokens) reservation.settle(answer.tokens);
      return answer;
    } finally {
      if (!sent) reservation.settle({ prompt: 0, completion: 0 });
    }
  }

  return {
    async call(tenant, call) {
      const labels = { model, operation: call.operation };
      const stop = metrics.seconds.startTimer(labels);
      try {
        const { value, tokens } = await paid(tenant, call);
        metrics.calls.inc({ ...labels, outcome: 'ok' });
        metrics.tokens.inc({ ...labels, kind: 'prompt' }, tokens?.prompt ?? 0);
        metrics.tokens.inc({ ...labels, kind: 'completion' }, tokens?.completion ?? 0);
        metrics.cost.inc(labels, costOf(tokens ?? call.estimate, prices));
        return value;
      } catch (error) {
        const outcome = outcomeOf(error);
        metrics.calls.inc({ ...labels, outcome });
        log.debug({ ...labels, outcome }, 'llm_fell_back');
        return null;
      } finally {
        stop();
      }
    },
    [Symbol.dispose]() {
      guard[Symbol.dispose]();
      metrics.breakers.dec({ model, state });
    },
  };
}
