import type { Facets } from '@learning-loop/events/fields';
import type { Candidate } from '../candidates/propose.ts';
import type { EmbeddingOf } from '../embeddings/similarity.ts';
import type { Memory } from '../memories/memory.ts';
import { styleFit } from '../persona/facets.ts';
import { round } from '../text/vector.ts';
import { createContrastScorer, createSignedScorers } from './contrast.ts';
import { embeddingFeatures } from './embedding-features.ts';
import { historyFeatures, type PastSelection, tenantHistory, userHistory } from './history-features.ts';
import { memoryFeatures } from './memory-features.ts';
import { createRankingContext } from './ranking-context.ts';
import { toUtilityExamples, utilityFeatures } from './utility/utility-features.ts';
import { fitUtilities, priorVariances, type UtilityModel } from './utility/utility-model.ts';
import { type RankerWeights, shippedWeights } from './weights.ts';

const uniformMix = 0.3;

/** Mixed with a uniform distribution, the more the fewer selections there are: a single one may be chance. */
function softmax(scores: number[], temperature: number, selections: number): number[] {
  const best = Math.max(...scores);
  const weights = scores.map((score) => Math.exp((score - best) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mix = uniformMix / (1 + selections);
  return weights.map((weight) => round((1 - mix) * (weight / total) + mix / scores.length));
}

export type { PastSelection } from './history-features.ts';

export interface RankInput {
  input_text: string;
  candidates: Candidate[];
  memories: readonly Memory[];
  /** This user's, newest first. */
  selections: readonly PastSelection[];
  facets: Facets;
  interaction_count: number;
  /** Those of other users of the tenant, newest first. */
  tenantSelections: readonly PastSelection[];
  /** Learned from more of the tenant's selections; without it, from `tenantSelections`. */
  tenantUtilities?: UtilityModel | undefined;
  now: Date;
  embeddingOf?: EmbeddingOf | undefined;
}

export interface RankedCandidate {
  candidate: Candidate;
  /** Only differences within one ranking are meaningful. */
  score: number;
  features: Record<string, number>;
  /** What learned utilities say, in words. */
  reasons: string[];
  /** In [0, 1]. */
  confidence: number;
}

/** Best first. Neither the order nor the length of the candidates matters. */
export function rank(input: RankInput, weights: RankerWeights = shippedWeights): RankedCandidate[] {
  const { rows, reasons } = rankerFeatures(input);
  const scored = rows.map((features, i) => {
    const candidate = input.candidates[i];
    if (candidate === undefined) throw new RangeError('a feature without a candidate');
    const score = round(weigh(features, weights));
    return { candidate, features, score, reasons: reasons[i] ?? [] };
  });
  const scores = scored.map(({ score }) => score);
  const confidences = softmax(scores, weights.temperature, input.selections.length);
  return scored
    .map((item, i) => ({ ...item, confidence: confidences[i] ?? 0 }))
    .sort((a, b) => b.score - a.score || tieBreak(a.candidate.question) - tieBreak(b.candidate.question));
}

/** FNV-1a: arbitrary, but independent of the order of the candidates. */
function tieBreak(question: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < question.length; i += 1) hash = Math.imul(hash ^ question.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function weigh(features: Record<string, number>, { weights }: RankerWeights): number {
  return Object.entries(features).reduce((sum, [name, value]) => sum + value * (weights[name] ?? 0), 0);
}

function rankerFeatures(input: RankInput): { rows: Record<string, number>[]; reasons: string[][] } {
  const questions = input.candidates.map(({ question }) => question);
  const context = createRankingContext(input.input_text, questions);
  const compare = createSignedScorers(questions, context.words);
  const scoreContrast = createContrastScorer(questions, compare);
  const own = historyFeatures(context, scoreContrast, input.selections, input.now, userHistory);
  const tenant = historyFeatures(context, scoreContrast, input.tenantSelections, input.now, tenantHistory);
  const goals = memoryFeatures(context, compare.words, input.memories, 'goal');
  const preferences = memoryFeatures(context, compare.words, input.memories, 'preference');
  const request = context.words(context.request);
  const embedding = input.embeddingOf && embeddingFeatures(input, input.embeddingOf);
  const utilities = learnUtilities(input);
  const rest = utilities.restFactor;
  const rows = input.candidates.map((candidate, i) => ({
    prior: round(rest * candidate.prior),
    own_utility: round(utilities.own[i] ?? 0),
    tenant_utility: round(utilities.tenant[i] ?? 0),
    chosen_terms: round(rest * (own[i]?.terms ?? 0)),
    chosen_words: round(rest * (own[i]?.words ?? 0)),
    chosen_direction: round(rest * (own[i]?.direction ?? 0)),
    tenant_terms: round(rest * (tenant[i]?.terms ?? 0)),
    tenant_words: round(rest * (tenant[i]?.words ?? 0)),
    tenant_direction: round(rest * (tenant[i]?.direction ?? 0)),
    request: round(request[i] ?? 0),
    goal: round(goals[i] ?? 0),
    preference: round(preferences[i] ?? 0),
    persona: round(styleFit(candidate.question, input.facets)),
    ...(embedding && roundAll(embedding[i])),
  }));
  return { rows, reasons: utilities.reasons };
}

function learnUtilities({ candidates, selections, tenantSelections, tenantUtilities, now }: RankInput) {
  const tenant =
    tenantUtilities ?? fitUtilities(toUtilityExamples(tenantSelections, now), priorVariances.tenant);
  return utilityFeatures(
    candidates.map(({ question }) => question),
    selections,
    tenant,
    now,
  );
}

const roundAll = (features: object | undefined): Record<string, number> =>
  Object.fromEntries(Object.entries(features ?? {}).map(([name, value]) => [name, round(Number(value))]));
