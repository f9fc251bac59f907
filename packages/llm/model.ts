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
  Proposals,
  ProposeRequest,
  RerankRequest,
} from './llm.ts';
import { decision, feedbackFacetPrompt, selectionFacetPrompt } from './prompts/facet-deltas.ts';
import { closed, type PromptTemplate, stripInvisible, toVisibleLine } from './prompts/prompt.ts';
import { padWithRules, proposals, proposePrompt } from './prompts/propose.ts';

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

/** The places, from 0, in the order that the model gave; what it left out follows as it stood. */
function orderOf({ ranking }: Ranking, count: number): number[] {
  const given = ranking.map((number) => number - 1).filter((place) => place < count);
  return [...new Set([...given, ...Array.from({ length: count }, (_, place) => place)])];
}

/** The engine without a model: the floor that every other one falls back to. */
export const rules = {
  async propose({ text, context }: ProposeRequest): Promise<Proposals> {
    const { recent_goals: goals, preferences } = context;
    return { proposals: generateCandidates({ text, goals, preferences }), model_id: 'rules' };
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

/** Models of the server that are asked at a time, of all tenants; who was not asked for longest makes room. */
const mostModels = 50;

/** A model answers, and the rules where it does not. */
function connectModel(config: ModelConfig, means: Omit<LlmDependencies, 'slots'>): Llm {
  const slots = createBulkhead(config.maxConcurrency, config.maxQueued);
  const variants = new LRUCache<string, ChatModel>({
    max: mostModels,
    dispose: (asker) => asker[Symbol.dispose](),
  });
  const asker = createChatModel(config, { ...means, slots });

  /** A breaker each, since one model may be missing while the others are there; the slots are the server's. */
  function askerOf(model: string | undefined): ChatModel {
    if (model === undefined || model === config.model) return asker;
    const known = variants.get(model) ?? createChatModel({ ...config, model }, { ...means, slots });
    variants.set(model, known);
    return known;
  }

  return {
    async propose(request) {
      const asked = askerOf(request.model);
      const answer = await asked.ask(request.tenant_id, proposePrompt, request);
      const proposed = answer ? proposals(answer) : [];
      if (proposed.length === 0) return rules.propose(request);
      return { proposals: padWithRules(proposed, request), model_id: asked.model };
    },
    async facetDeltas(request) {
      const answer = await asker.ask(request.selection.tenant_id, selectionFacetPrompt, request);
      return answer ? { ...decision(answer), decided_by: asker.model } : rules.facetDeltas(request);
    },
    async feedbackDeltas(request) {
      // Thumbs and stars say nothing that a model could read more into than the rules.
      if (typeof request.given.value !== 'string') return rules.feedbackDeltas(request);
      const answer = await asker.ask(request.given.tenant_id, feedbackFacetPrompt, request);
      return answer ? { ...decision(answer), decided_by: asker.model } : rules.feedbackDeltas(request);
    },
    async rerank(request) {
      const answer = await asker.ask(request.tenant_id, rerankPrompt, request);
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
