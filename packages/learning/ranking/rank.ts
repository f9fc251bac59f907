import type { Facets } from '@learning-loop/events/fields';
import type { Proposal } from '../candidates/propose.ts';
import type { VectorOf } from '../embeddings/similarity.ts';
import type { Memory } from '../memories/memory.ts';
import { styleFit } from '../persona/facets.ts';
import { rounded } from '../text/vector.ts';
import { embeddingFeatures } from './embedding-features.ts';
import { choiceFeatures, contraster, otherVoices, ownVoice, type PastChoice } from './history-features.ts';
import { memoryFeatures } from './memory-features.ts';
import { situationOf } from './ranking-context.ts';
import { type RankerWeights, shippedWeights } from './weights.ts';

/** Share of the confidence that is dealt out evenly while nothing is known of the user. */
const doubt = 0.3;

/**
 * How likely each score is the one that will be chosen, in [0, 1], adding up to 1: a softmax, made more even the less
 * the user has chosen yet, since a single choice may be chance.
 */
function confidencesOf(scores: number[], temperature: number, picks: number): number[] {
  const best = Math.max(...scores);
  const weights = scores.map((score) => Math.exp((score - best) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const even = doubt / (1 + picks);
  return weights.map((weight) => rounded((1 - even) * (weight / total) + even / scores.length));
}

export type { PastChoice } from './history-features.ts';

export interface RankInput {
  input_text: string;
  proposals: Proposal[];
  memories: Memory[];
  /** This user's, newest first. */
  choices: PastChoice[];
  facets: Facets;
  interaction_count: number;
  /** Choices of other users of the tenant, newest first. */
  tenantChoices: PastChoice[];
  now: Date;
  /** With an embedding model: what texts mean. */
  vectorOf?: VectorOf | undefined;
}

export interface Ranked {
  proposal: Proposal;
  /** Weighted sum of the features; only differences within one ranking mean something. */
  score: number;
  features: Record<string, number>;
  /** In [0, 1]. */
  confidence: number;
}

/** The proposals by how well they fit this user, best first. Neither their order nor their length counts. */
export function rank(input: RankInput, weights: RankerWeights = shippedWeights): Ranked[] {
  const scored = rankerFeatures(input).map((features, i) => {
    const proposal = input.proposals[i];
    if (proposal === undefined) throw new RangeError('a feature without a proposal');
    return { proposal, features, score: rounded(weigh(features, weights)) };
  });
  const scores = scored.map(({ score }) => score);
  const confidences = confidencesOf(scores, weights.temperature, input.choices.length);
  return scored
    .map((item, i) => ({ ...item, confidence: confidences[i] ?? 0 }))
    .sort((a, b) => b.score - a.score || tieBreak(a.proposal.question) - tieBreak(b.proposal.question));
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
  const situation = situationOf(
    input.input_text,
    input.proposals.map(({ question }) => question),
  );
  const contrastOf = contraster(situation);
  const own = choiceFeatures(situation, contrastOf, input.choices, input.now, ownVoice);
  const tenant = choiceFeatures(situation, contrastOf, input.tenantChoices, input.now, otherVoices);
  const goals = memoryFeatures(situation, input.memories, 'goal');
  const preferences = memoryFeatures(situation, input.memories, 'preference');
  const asked = situation.words(situation.request);
  const embedded = input.vectorOf && embeddingFeatures(input, input.vectorOf);
  return input.proposals.map((proposal, i) => ({
    prior: rounded(proposal.prior),
    chosen_terms: rounded(own[i]?.terms ?? 0),
    chosen_words: rounded(own[i]?.words ?? 0),
    chosen_direction: rounded(own[i]?.direction ?? 0),
    tenant_terms: rounded(tenant[i]?.terms ?? 0),
    tenant_words: rounded(tenant[i]?.words ?? 0),
    tenant_direction: rounded(tenant[i]?.direction ?? 0),
    request: rounded(asked[i] ?? 0),
    goal: rounded(goals[i] ?? 0),
    preference: rounded(preferences[i] ?? 0),
    persona: rounded(styleFit(proposal.question, input.facets)),
    ...(embedded && roundedAll(embedded[i])),
  }));
}

const roundedAll = (features: object | undefined): Record<string, number> =>
  Object.fromEntries(Object.entries(features ?? {}).map(([name, value]) => [name, rounded(Number(value))]));
