import type { CircuitState } from '@learning-loop/async/circuit-breaker';
import type { Logger } from 'pino';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type Budget, computeCost, type Prices, type Usage } from '../budget.ts';
import { type Bulkhead, CallRejected, classifyError, createCallPolicy } from './call-policy.ts';

const created = new WeakMap<Registry, ReturnType<typeof create>>();

/** The metrics of a registry: the same ones for every Llm that shares it. */
function llmMetrics(registry: Registry): ReturnType<typeof create> {
  const metrics = created.get(registry) ?? create(registry);
  created.set(registry, metrics);
  return metrics;
}

function create(registry: Registry) {
  const registers = [registry];
  return {
    calls: new Counter({
      name: 'llm_calls_total',
      help: 'Questions for a model, by what became of them; what was not "ok" was left to the rules.',
      labelNames: ['model', 'operation', 'outcome'],
      registers,
    }),
    seconds: new Histogram({
      name: 'llm_call_seconds',
      help: 'Time that a question took, waiting for a slot included.',
      labelNames: ['model', 'operation'],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10],
      registers,
    }),
    tokens: new Counter({
      name: 'llm_tokens_total',
      help: 'Tokens of successful calls, as the server counted them.',
      labelNames: ['model', 'operation', 'kind'],
      registers,
    }),
    cost: new Counter({
      name: 'llm_cost_total',
      help: 'What successful calls cost by the configured prices, in their currency.',
      labelNames: ['model', 'operation'],
      registers,
    }),
    // A count and not a value, since several Llms may share the registry.
    breakers: new Gauge({
      name: 'llm_breakers',
      help: 'Circuit breakers by state: closed, half_open, open.',
      labelNames: ['model', 'state'],
      registers,
    }),
  };
}

/** What is counted and limited together, whichever model is called. */
export interface LlmDependencies {
  log: Logger;
  registry: Registry;
  budget: Budget;
  slots: Bulkhead;
}

/** A model of a server, as it is called. */
interface ModelLimits {
  /** Implementation and model: `ollama/llama3.1`. */
  model: string;
  timeoutMs: number;
  maxConcurrency: number;
  prices: Prices;
  /** The model was found to be away. */
  onOpen?(): void;
}

export interface ModelAnswer<T> {
  value: T;
  /** As the server counted them; null when it does not say. */
  tokens: Usage | null;
}

interface Call<T> {
  operation: string;
  /** Tokens that it may take. */
  estimate: Usage;
  send(signal: AbortSignal): Promise<ModelAnswer<T>>;
}

/** Calls one model within its limits. */
export interface ResilientClient extends Disposable {
  /** The answer in time, paid by the tenant's budget; null where there is none. Never rejects. */
  call<T>(tenant: string, call: Call<T>): Promise<T | null>;
}

export function createResilientClient(
  called: ModelLimits,
  { log, registry, budget, slots }: LlmDependencies,
): ResilientClient {
  const { model, prices } = called;
  const metrics = llmMetrics(registry);
  let state: CircuitState = 'closed';
  metrics.breakers.inc({ model, state });
  const guard = createCallPolicy(called, changed, slots);

  function changed(from: CircuitState, to: CircuitState, reason: string): void {
    state = to;
    metrics.breakers.dec({ model, state: from });
    metrics.breakers.inc({ model, state: to });
    if (from === 'closed') log.warn({ model, reason }, 'llm_breaker_opened');
    if (to === 'open') called.onOpen?.();
    if (to === 'closed') log.info({ model }, 'llm_breaker_closed');
  }

  /** The guarded answer; what was not sent costs nothing. */
  async function paid<T>(tenant: string, { estimate, send }: Call<T>): Promise<ModelAnswer<T>> {
    const reservation = budget.reserve(tenant, estimate, prices);
    if (typeof reservation === 'string') throw new CallRejected(reservation);
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
        metrics.cost.inc(labels, computeCost(tokens ?? call.estimate, prices));
        return value;
      } catch (error) {
        const outcome = classifyError(error);
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
