import { generateCandidates } from '@learning-loop/learning/candidates/propose';
import { feedbackFacetDeltas, selectionFacetDeltas } from '@learning-loop/learning/persona/facets';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { Type } from 'typebox';
import { type Budget, createBudget } from './budget.ts';
import { createBulkhead } from './client/call-policy.ts';
import { type ChatModel, createChatModel } from './client/openai.ts';
import type { LlmDependencies } from './client/resilient-call.ts';
import type { LlmConfig, ModelConfig } from './config.ts';
import type {
  FacetDecision,
  FacetRequest,
  FeedbackRequest,
  Llm,
  ProposeRequest,
  ProposeResult,
  RerankRequest,
} from './llm.ts';
import { feedbackFacetPrompt, selectionFacetPrompt, toDecision } from './prompts/facet-deltas.ts';
import { closed, type PromptTemplate, stripInvisible, toVisibleLine } from './prompts/prompt.ts';
import { padWithRules, proposePrompt, toCandidates } from './prompts/propose.ts';

const Ranking = Type.Object(
  { ranking: Type.Array(Type.Integer({ minimum: 1, maximum: 10 }), { minItems: 1, maxItems: 10 }) },
  closed,
);
type Ranking = Type.Static<typeof Ranking>;

export const rerankPrompt: PromptTemplate<RerankRequest, typeof Ranking> = {
  operation: 'rerank',
  instructions: `You find out which memories of a user help with a request ("query").
Give the numbers of all memories as "ranking", those that help most first, each number once.`,
  data: ({ query, memories }) => ({
    query: stripInvisible(query, 2000),
    memories: memories
      .slice(0, 10)
      .map((content, place) => ({ number: place + 1, content: toVisibleLine(content, 400) })),
  }),
  answer: Ranking,
  maxTokens: 100,
};

/** Indexes in the model's order; those that it omitted follow in theirs. */
function toOrder({ ranking }: Ranking, count: number): number[] {
  const given = ranking.map((number) => number - 1).filter((place) => place < count);
  return [...new Set([...given, ...Array.from({ length: count }, (_, place) => place)])];
}

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

function connectModel(config: ModelConfig, shared: Omit<LlmDependencies, 'bulkhead'>): Llm {
  const bulkhead = createBulkhead(config.maxConcurrency, config.maxQueued);
  const variants = new LRUCache<string, ChatModel>({
    max: maxVariants,
    dispose: (variant) => variant[Symbol.dispose](),
  });
  const chatModel = createChatModel(config, { ...shared, bulkhead });

  /** Each has its own breaker, since one may be missing on the server; they share its bulkhead. */
  function getVariant(model: string | undefined): ChatModel {
    if (model === undefined || model === config.model) return chatModel;
    const variant =
      variants.get(model) ??
      createChatModel(
        { ...config, model, prices: config.modelPrices?.[model] ?? config.prices },
        { ...shared, bulkhead },
      );
    variants.set(model, variant);
    return variant;
  }

  return {
    async propose(request) {
      const variant = getVariant(request.model);
      const answer = await variant.ask(request.tenant_id, proposePrompt, request);
      const candidates = answer ? toCandidates(answer) : [];
      if (candidates.length === 0) return rules.propose(request);
      return { candidates: padWithRules(candidates, request), model_id: variant.model };
    },
    async facetDeltas(request) {
      const answer = await chatModel.ask(request.selection.tenant_id, selectionFacetPrompt, request);
      return answer ? { ...toDecision(answer), decided_by: chatModel.model } : rules.facetDeltas(request);
    },
    async feedbackDeltas(request) {
      // A model cannot read more into thumbs and stars than the rules.
      if (typeof request.given.value !== 'string') return rules.feedbackDeltas(request);
      const answer = await chatModel.ask(request.given.tenant_id, feedbackFacetPrompt, request);
      return answer ? { ...toDecision(answer), decided_by: chatModel.model } : rules.feedbackDeltas(request);
    },
    async rerank(request) {
      const answer = await chatModel.ask(request.tenant_id, rerankPrompt, request);
      return answer ? { order: toOrder(answer, request.memories.length), by: chatModel.model } : null;
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
