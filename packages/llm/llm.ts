import type { FeedbackGiven, HypothesisSelected } from '@learning-loop/events/event';
import type { FacetDeltas, Facets, UserContext } from '@learning-loop/events/fields';
import type { Candidate } from '@learning-loop/learning/candidates/propose';

export interface ProposeRequest {
  tenant_id: string;
  text: string;
  context: UserContext;
  /** Newest first. */
  history: string[];
  model?: string | undefined;
  /** Shortens the configured time-out. */
  max_wait_ms?: number | undefined;
}

export interface ProposeResult {
  /** At least three distinct ones. */
  candidates: Candidate[];
  /** `rules`, or implementation and model: `ollama/llama3.1`. */
  model_id: string;
}

/** Feedback and history: newest first. */
export interface FacetContext {
  facets: Facets;
  feedback: Pick<FeedbackGiven, 'type' | 'value'>[];
  history: string[];
}

export interface FacetRequest extends FacetContext {
  selection: HypothesisSelected;
  /** The user's selections shortly before it, oldest first: one decision covers them all. */
  before: HypothesisSelected[];
}

export interface FeedbackRequest extends FacetContext {
  given: FeedbackGiven;
}

/** Deltas in [-0.1, 0.1]; `decided_by` has the values of `model_id`. */
export interface FacetDecision {
  deltas: FacetDeltas;
  decided_by: string;
  reason: string;
}

export interface RerankRequest {
  tenant_id: string;
  query: string;
  /** At most ten. */
  memories: string[];
}

interface Reranked {
  /** All indexes of the memories, best first. */
  order: number[];
  by: string;
}

/** Answers within the configured time and never rejects: where the model fails, the rules answer. */
export interface Llm extends AsyncDisposable {
  propose(request: ProposeRequest): Promise<ProposeResult>;
  facetDeltas(request: FacetRequest): Promise<FacetDecision>;
  feedbackDeltas(request: FeedbackRequest): Promise<FacetDecision>;
  rerank(request: RerankRequest): Promise<Reranked | null>;
}
