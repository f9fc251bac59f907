import type { CircuitState } from '@learning-loop/async/circuit-breaker';
import type { Logger } from 'pino';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type Budget, computeCost, type Prices, type Usage } from '../budget.ts';
import { type Attempt, type CallLimits, createCallPolicy } from './call-policy.ts';
import { CallRejected, classifyError } from './errors.ts';
import { UnusableAnswer } from './read-response.ts';
import type { Slots } from './slots.ts';

const metricsByRegistry = new WeakMap<Registry, ReturnType<typeof createMetrics>>();

function getMetrics(registry: Registry): ReturnType<typeof createMetrics> {
  const metrics = metricsByRegistry.get(registry) ?? createMetrics(registry);
  metricsByRegistry.set(registry, metrics);
  return metrics;
}

function createMetrics(registry: Registry) {
  const registers = [registry];
  return {
    calls: new Counter({
      name: 'llm_calls_total',
      help: 'Questions for a model, by what became of them; what was not "ok" was left to the rules.',
      labelNames: ['model', 'operation', 'outcome'],
      registers,
    }),
    unusable: new Counter({
      name: 'llm_unusable_answers_total',
      help: 'Answers that were not understood, by what was wrong with them.',
      labelNames: ['model', 'operation', 'kind'],
      registers,
    }),
    seconds: new Histogram({
      name: 'llm_call_seconds',
      help: 'Time that a question took, waiting for a slot included.',
      labelNames: ['model', 'operation'],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 15, 30, 60],
      registers,
    }),
    tokens: new Counter({
      name: 'llm_tokens_total',
      help: 'Tokens of successful calls, as the server counted them; of streams it counts none, then about four bytes each.',
      labelNames: ['model', 'operation', 'kind'],
      registers,
    }),
    cost: new Counter({
      name: 'llm_cost_total',
      help: 'What successful calls cost by the configured prices, in their currency.',
      labelNames: ['model', 'operation'],
      registers,
    }),
    // Counts breakers by state, since several Llms may share the registry.
    breakers: new Gauge({
      name: 'llm_breakers',
      help: 'Circuit breakers by state: closed, half_open, open.',
      labelNames: ['model', 'state'],
      registers,
    }),
  };
}

export interface LlmDependencies {
  log: Logger;
  registry: Registry;
  budget: Budget;
  slots: Slots;
}

interface ModelLimits {
  /** Implementation and model: `ollama/llama3.1`. */
  model: string;
  /** Further calls are rejected at once; queued ones after half of the timeout. */
  maxQueued: number;
  prices: Prices;
  onOpen?(): void;
}

export interface ModelAnswer<T> {
  value: T;
  /** Null when the server does not report them. */
  tokens: Usage | null;
}

interface Call<T> extends CallLimits {
  estimate: Usage;
  send(attempt: Attempt): Promise<ModelAnswer<T>>;
}

export interface ResilientClient extends Disposable {
  /** Charges the tenant's budget. Null where no answer arrives in time; never rejects. */
  call<T>(tenant: string, call: Call<T>): Promise<T | null>;
}

export function createResilientClient(
  limits: ModelLimits,
  { log, registry, budget, slots }: LlmDependencies,
): ResilientClient {
  const { model, prices } = limits;
  const metrics = getMetrics(registry);
  let state: CircuitState = 'closed';
  metrics.breakers.inc({ model, state });
  const policy = createCallPolicy(slots, limits.maxQueued, onStateChange);

  function onStateChange(from: CircuitState, to: CircuitState, reason: string): void {
    state = to;
    metrics.breakers.dec({ model, state: from });
    metrics.breakers.inc({ model, state: to });
    if (from === 'closed') log.warn({ model, reason }, 'llm_breaker_opened');
    if (to === 'open') limits.onOpen?.();
    if (to === 'closed') log.info({ model }, 'llm_breaker_closed');
  }

  async function callWithinBudget<T>(
    tenant: string,
    { estimate, send, ...callLimits }: Call<T>,
  ): Promise<ModelAnswer<T>> {
    const reservation = budget.reserve(tenant, estimate, prices);
    if (typeof reservation === 'string') throw new CallRejected(reservation);
    let sent = false;
    try {
      const answer = await policy.run(callLimits, (attempt) => {
        sent = true;
        return send(attempt);
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
      const stopTimer = metrics.seconds.startTimer(labels);
      try {
        const { value, tokens } = await callWithinBudget(tenant, call);
        metrics.calls.inc({ ...labels, outcome: 'ok' });
        metrics.tokens.inc({ ...labels, kind: 'prompt' }, tokens?.prompt ?? 0);
        metrics.tokens.inc({ ...labels, kind: 'completion' }, tokens?.completion ?? 0);
        metrics.cost.inc(labels, computeCost(tokens ?? call.estimate, prices));
        return value;
      } catch (error) {
        const outcome = classifyError(error);
        metrics.calls.inc({ ...labels, outcome });
        const kind = error instanceof UnusableAnswer ? { kind: error.kind } : {};
        if (error instanceof UnusableAnswer) metrics.unusable.inc({ ...labels, ...kind });
        log.debug({ ...labels, outcome, ...kind }, 'llm_fell_back');
        return null;
      } finally {
        stopTimer();
      }
    },
    [Symbol.dispose]() {
      policy[Symbol.dispose]();
      metrics.breakers.dec({ model, state });
    },
  };
}
