import type { Facets } from '@learning-loop/events/fields';
import type { Candidate } from '../candidates/propose.ts';
import type { EmbeddingOf } from '../embeddings/similarity.ts';
import type { Memory } from '../memories/memory.ts';
import { styleFit } from '../persona/facets.ts';
import { round } from '../text/vector.ts';
import { embeddingFeatures } from './embedding-features.ts';
import {
  createContrastScorer,
  historyFeatures,
  type PastSelection,
  tenantHistory,
  userHistory,
} from './history-features.ts';
import { memoryFeatures } from './memory-features.ts';
import { createRankingContext } from './ranking-context.ts';
import { type RankerWeights, shippedWeights } from './weights.ts';

/** Share of the confidence that is dealt out evenly while nothing is known of the user. */
const uniformMix = 0.3;

/**
 * How likely each score is the one that will be chosen, in [0, 1], adding up to 1: a softmax, made more even the less
 * the user has chosen yet, since a single choice may be chance.
 */
function softmax(scores: number[], temperature: number, picks: number): number[] {
  const best = Math.max(...scores);
  const weights = scores.map((score) => Math.exp((score - best) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const even = uniformMix / (1 + picks);
  return weights.map((weight) => round((1 - even) * (weight / total) + even / scores.length));
}

export type { PastSelection } from './history-features.ts';

export interface RankInput {
  input_text: string;
  candidates: Candidate[];
  memories: Memory[];
  /** This user's, newest first. */
  selections: PastSelection[];
  facets: Facets;
  interaction_count: number;
  /** Choices of other users of the tenant, newest first. */
  tenantSelections: PastSelection[];
  now: Date;
  /** With an embedding model: what texts mean. */
  embeddingOf?: EmbeddingOf | undefined;
}

export interface RankedCandidate {
  candidate: Candidate;
  /** Weighted sum of the features; only differences within one ranking mean something. */
  score: number;
  features: Record<string, number>;
  /** In [0, 1]. */
  confidence: number;
}

/** The proposals by how well they fit this user, best first. Neither their order nor their length counts. */
export function rank(input: RankInput, weights: RankerWeights = shippedWeights): RankedCandidate[] {
  const scored = rankerFeatures(input).map((features, i) => {
    const candidate = input.candidates[i];
    if (candidate === undefined) throw new RangeError('a feature without a candidate');
    return { candidate, features, score: round(weigh(features, weights)) };
  });
  const scores = scored.map(({ score }) => score);
  const confidences = softmax(scores, weights.temperature, input.selections.length);
  return scored
    .map((item, i) => ({ ...item, confidence: confidences[i] ?? 0 }))
    .sort((a, b) => b.score - a.score || tieBreak(a.candidate.question) - tieBreak(b.candidate.question));
}

/** An order without meaning, the same for a question wherever it stands: FNV-1a. */
function tieBreak(question: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < question.length; i += 1) hash = Math.imul(hash ^ question.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function weigh(features: Record<string, number>, { weights }: RankerWeights): number {
  return Object.entries(features).reduce((sum, [name, value]) => sum + value * (weights[name] ?? 0), 0);
}

/** What the ranker knows of each proposal, in the order of the proposals. */
function rankerFeatures(input: RankInput): Record<string, number>[] {
  const situation = createRankingContext(
    input.input_text,
    input.candidates.map(({ question }) => question),
  );
  const contrastOf = createContrastScorer(situation);
  const own = historyFeatures(situation, contrastOf, input.selections, input.now, userHistory);
  const tenant = historyFeatures(situation, contrastOf, input.tenantSelections, input.now, tenantHistory);
  const goals = memoryFeatures(situation, input.memories, 'goal');
  const preferences = memoryFeatures(situation, input.memories, 'preference');
  const asked = situation.words(situation.request);
  const embedded = input.embeddingOf && embeddingFeatures(input, input.embeddingOf);
  return input.candidates.map((proposal, i) => ({
    prior: round(proposal.prior),
    chosen_terms: round(own[i]?.terms ?? 0),
    chosen_words: round(own[i]?.words ?? 0),
    chosen_direction: round(own[i]?.direction ?? 0),
    tenant_terms: round(tenant[i]?.terms ?? 0),
    tenant_words: round(tenant[i]?.words ?? 0),
    tenant_direction: round(tenant[i]?.direction ?? 0),
    request: round(asked[i] ?? 0),
    goal: round(goals[i] ?? 0),
    preference: round(preferences[i] ?? 0),
    persona: round(styleFit(proposal.question, input.facets)),
    ...(embedded && roundedAll(embedded[i])),
  }));
}

const roundedAll = (features: object | undefined): Record<string, number> =>
  Object.fromEntries(Object.entries(features ?? {}).map(([name, value]) => [name, round(Number(value))]));
