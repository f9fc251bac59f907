import type { CircuitState } from '@learning-loop/async/circuit-breaker';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { type Budget, costOf, type Prices, type Usage } from '../budget.ts';
import { createGuard, NotSent, outcomeOf, type Slots } from './call-policy.ts';
import { llmMetrics } from './metrics.ts';

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
  let state: CircuitState = 'closed';
  metrics.breakers.inc({ model, state });
  const guard = createGuard(called, changed, slots);

  function changed(from: CircuitState, to: CircuitState, reason: string): void {
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
