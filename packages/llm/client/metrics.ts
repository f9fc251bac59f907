import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const created = new WeakMap<Registry, ReturnType<typeof create>>();

/** The metrics of a registry: the same ones for every Llm that shares it. */
export function llmMetrics(registry: Registry): ReturnType<typeof create> {
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
