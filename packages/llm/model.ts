import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { type Budget, createBudget } from './budget.ts';
import { type Asker, createAsker } from './client/chat.ts';
import { createSlots } from './client/circuit-breaker.ts';
import type { Means } from './client/resilient-call.ts';
import type { LlmConfig, ModelConfig } from './config.ts';
import type { Llm } from './llm.ts';
import { decision, howToAnswer, whatWasSaid } from './prompts/facet-deltas.ts';
import { filledUp, proposals, whatIsMeant } from './prompts/propose.ts';
import { orderOf, whatMatters } from './prompts/rerank.ts';
import { rules } from './rules.ts';

/** Models of the server that are asked at a time, of all tenants; who was not asked for longest makes room. */
const mostModels = 50;

/** A model answers, and the rules where it does not. */
export function connectModel(config: ModelConfig, means: Omit<Means, 'slots'>): Llm {
  const slots = createSlots(config.maxConcurrency, config.mostWaiting);
  const variants = new LRUCache<string, Asker>({
    max: mostModels,
    dispose: (asker) => asker[Symbol.dispose](),
  });
  const asker = createAsker(config, { ...means, slots });

  /** A breaker each, since one model may be missing while the others are there; the slots are the server's. */
  function askerOf(model: string | undefined): Asker {
    if (model === undefined || model === config.model) return asker;
    const known = variants.get(model) ?? createAsker({ ...config, model }, { ...means, slots });
    variants.set(model, known);
    return known;
  }

  return {
    async propose(request) {
      const asked = askerOf(request.model);
      const answer = await asked.ask(request.tenant_id, whatIsMeant, request);
      const proposed = answer ? proposals(answer) : [];
      if (proposed.length === 0) return rules.propose(request);
      return { proposals: filledUp(proposed, request), model_id: asked.model };
    },
    async facetDeltas(request) {
      const answer = await asker.ask(request.selection.tenant_id, howToAnswer, request);
      return answer ? { ...decision(answer), decided_by: asker.model } : rules.facetDeltas(request);
    },
    async feedbackDeltas(request) {
      // Thumbs and stars say nothing that a model could read more into than the rules.
      if (typeof request.given.value !== 'string') return rules.feedbackDeltas(request);
      const answer = await asker.ask(request.given.tenant_id, whatWasSaid, request);
      return answer ? { ...decision(answer), decided_by: asker.model } : rules.feedbackDeltas(request);
    },
    async rerank(request) {
      const answer = await asker.ask(request.tenant_id, whatMatters, request);
      return answer ? { order: orderOf(answer, request.memories.length), by: asker.model } : null;
    },
    async [Symbol.asyncDispose]() {
      asker[Symbol.dispose]();
      variants.clear();
    },
  };
}

/**
 * The Llm that the configuration names. Disposing of it aborts what is under way; those callers get the rules. Its
 * calls are paid from the budget, which others of the process may share.
 */
export function connectLlm(config: LlmConfig, log: Logger, registry: Registry, budget?: Budget): Llm {
  if (config.impl === 'rules') return rules;
  return connectModel(config, { log, registry, budget: budget ?? createBudget(config) });
}
