import { proposeByRules } from '@learning-loop/learning/candidates/propose';
import { facetDeltasByFeedback, facetDeltasByRules } from '@learning-loop/learning/persona/facets';
import type { FacetDecision, FacetRequest, FeedbackRequest, Llm, Proposals, ProposeRequest } from './llm.ts';

/** The engine without a model: the floor that every other one falls back to. */
export const rules = {
  async propose({ text, context }: ProposeRequest): Promise<Proposals> {
    const { recent_goals: goals, preferences } = context;
    return { proposals: proposeByRules({ text, goals, preferences }), model_id: 'rules' };
  },

  async facetDeltas({ selection }: FacetRequest): Promise<FacetDecision> {
    return { ...facetDeltasByRules(selection), decided_by: 'rules' };
  },

  async feedbackDeltas({ given }: FeedbackRequest): Promise<FacetDecision> {
    return { ...facetDeltasByFeedback(given), decided_by: 'rules' };
  },

  async rerank(): Promise<null> {
    return null;
  },

  async [Symbol.asyncDispose]() {},
} satisfies Llm;
