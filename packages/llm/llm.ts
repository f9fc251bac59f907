import type { FeedbackGiven, HypothesisSelected } from '@learning-loop/events/event';
import type { FacetDeltas, Facets, UserContext } from '@learning-loop/events/fields';
import type { Candidate } from '@learning-loop/learning/candidates/propose';

/** What a user may mean, asked of whoever proposes. */
export interface ProposeRequest {
  /** Whose token budget pays. */
  tenant_id: string;
  text: string;
  context: UserContext;
  /** What happened before, newest first. */
  history: string[];
  /** Another model of the same server than the configured one. */
  model?: string | undefined;
}

/** At least three distinct proposals; `model_id` is `rules`, or the implementation and its model: `ollama/llama3.1`. */
export interface Proposals {
  proposals: Candidate[];
  model_id: string;
}

/** What is known of a user whose facets may move. */
export interface FacetBackground {
  facets: Facets;
  /** What the user said of earlier outcomes, newest first. */
  feedback: Pick<FeedbackGiven, 'type' | 'value'>[];
  /** What happened before, newest first. */
  history: string[];
}

/** How a selection should move the user's facets. */
export interface FacetRequest extends FacetBackground {
  selection: HypothesisSelected;
  /** Other picks of the same user shortly before it, oldest first: they are decided upon together with it. */
  before: HypothesisSelected[];
}

/** How what a user said of an outcome should move their facets. */
export interface FeedbackRequest extends FacetBackground {
  given: FeedbackGiven;
}

/** Each delta in [-0.1, 0.1]; `decided_by` has the values of `model_id`. */
export interface FacetDecision {
  deltas: FacetDeltas;
  decided_by: string;
  reason: string;
}

/** Which of a user's memories matter most for a query. */
export interface RerankRequest {
  tenant_id: string;
  query: string;
  /** Ten at most, in the order that they have without a model. */
  memories: string[];
}

/** The places of the memories, from 0, best first, each once; and who says so. */
interface Reranked {
  order: number[];
  by: string;
}

/** All answers come within the configured time and never reject: where the model fails, the rules answer. */
export interface Llm extends AsyncDisposable {
  propose(request: ProposeRequest): Promise<Proposals>;
  facetDeltas(request: FacetRequest): Promise<FacetDecision>;
  feedbackDeltas(request: FeedbackRequest): Promise<FacetDecision>;
  /** Null where no model answers: the order stands. */
  rerank(request: RerankRequest): Promise<Reranked | null>;
}
