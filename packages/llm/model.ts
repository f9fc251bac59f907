import { generateCandidates } from '@learning-loop/learning/candidates/propose';
import { feedbackFacetDeltas, selectionFacetDeltas } from '@learning-loop/learning/persona/facets';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { type Budget, createBudget } from './budget.ts';
import { type ChatModel, createChatModel } from './client/chat-model.ts';
import type { LlmDependencies } from './client/resilient-call.ts';
import { getSharedSlots } from './client/slots.ts';
import type { LlmConfig, ModelConfig } from './config.ts';
import type {
  FacetDecision,
  FacetRequest,
  FeedbackRequest,
  Llm,
  ProposeRequest,
  ProposeResult,
} from './llm.ts';
import { feedbackFacetPrompt, selectionFacetPrompt } from './prompts/facet-deltas.ts';
import { padWithRules, proposePrompt } from './prompts/propose.ts';
import { rerankPrompt } from './prompts/rerank.ts';

/** The Llm without a model, and the fallback of every other. */
export const rules = {
  async propose({ text, context }: ProposeRequest): Promise<ProposeResult> {
    const { recent_goals: goals, preferences } = context;
    return { candidates: generateCandidates({ text, goals, preferences }), model_id: 'rules' };
  },

  async facetDeltas({ selection }: FacetRequest): Promise<FacetDecision> {
    return { ...selectionFacetDeltas(selection), decided_by: 'rules' };
  },

  async feedbackDeltas({ given }: FeedbackRequest): Promise<FacetDecision> {
    return { ...feedbackFacetDeltas(given), decided_by: 'rules' };
  },

  async rerank(): Promise<null> {
    return null;
  },

  async [Symbol.asyncDispose]() {},
} satisfies Llm;

/** Of all tenants. */
const maxVariants = 50;

function connectModel(config: ModelConfig, shared: Omit<LlmDependencies, 'slots'>): Llm {
  const slots = getSharedSlots(config.baseUrl, config.maxConcurrency);
  const variants = new LRUCache<string, ChatModel>({
    max: maxVariants,
    dispose: (variant) => variant[Symbol.dispose](),
  });
  const chatModel = createChatModel(config, { ...shared, slots });

  /** Each has its own breaker, since one may be missing on the server; they share its slots. */
  function getVariant(model: string | undefined): ChatModel {
    if (model === undefined || model === config.model) return chatModel;
    const variant =
      variants.get(model) ??
      createChatModel(
        { ...config, model, prices: config.modelPrices?.[model] ?? config.prices },
        { ...shared, slots },
      );
    variants.set(model, variant);
    return variant;
  }

  return {
    async propose(request) {
      const variant = getVariant(request.model);
      const options = { maxWaitMs: request.max_wait_ms };
      const candidates = await variant.ask(request.tenant_id, proposePrompt, request, options);
      if (candidates === null) return rules.propose(request);
      return { candidates: padWithRules(candidates, request), model_id: variant.model };
    },
    async facetDeltas(request) {
      const answer = await chatModel.ask(request.selection.tenant_id, selectionFacetPrompt, request);
      return answer ? { ...answer, decided_by: chatModel.model } : rules.facetDeltas(request);
    },
    async feedbackDeltas(request) {
      // A model cannot read more into thumbs and stars than the rules.
      if (typeof request.given.value !== 'string') return rules.feedbackDeltas(request);
      const answer = await chatModel.ask(request.given.tenant_id, feedbackFacetPrompt, request);
      return answer ? { ...answer, decided_by: chatModel.model } : rules.feedbackDeltas(request);
    },
    async rerank(request) {
      const order = await chatModel.ask(request.tenant_id, rerankPrompt, request);
      return order && { order, by: chatModel.model };
    },
    async [Symbol.asyncDispose]() {
      chatModel[Symbol.dispose]();
      variants.clear();
    },
  };
}

/** Disposal aborts calls in flight; their callers get the rules. The budget may be shared within the process. */
export function connectLlm(config: LlmConfig, log: Logger, registry: Registry, budget?: Budget): Llm {
  if (config.impl === 'rules') return rules;
  return connectModel(config, { log, registry, budget: budget ?? createBudget(config) });
}
