import type { Facets } from '@learning-loop/events/fields';
import { choiceFeatures } from './choice-features.ts';
import type { Memory } from './memory.ts';
import type { PastChoice } from './past-choice.ts';
import type { Proposal } from './propose.ts';
import { type RankerWeights, shippedWeights } from './ranker-weights.ts';
import { type Situation, situationOf } from './situation.ts';
import { styleFit } from './style.ts';
import { wordLikeness } from './text/likeness.ts';
import { vectorOf } from './text/text-vector.ts';

export type { PastChoice } from './past-choice.ts';

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
  const best = Math.max(...scored.map(({ score }) => score));
  const total = scored.reduce((sum, { score }) => sum + Math.exp((score - best) / weights.temperature), 0);
  return scored
    .map((item) => ({
      ...item,
      confidence: rounded(Math.exp((item.score - best) / weights.temperature) / total),
    }))
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
export function rankerFeatures(input: RankInput): Record<string, number>[] {
  const situation = situationOf(
    input.input_text,
    input.proposals.map(({ question }) => question),
  );
  const own = choiceFeatures(situation, input.choices, input.now);
  const tenant = choiceFeatures(situation, input.tenantChoices, input.now);
  return input.proposals.map((proposal, i) => ({
    prior: proposal.prior,
    chosen_terms: rounded(own[i]?.terms ?? 0),
    chosen_words: rounded(own[i]?.words ?? 0),
    chosen_direction: rounded(own[i]?.direction ?? 0),
    tenant_terms: rounded(tenant[i]?.terms ?? 0),
    tenant_words: rounded(tenant[i]?.words ?? 0),
    tenant_direction: rounded(tenant[i]?.direction ?? 0),
    request: rounded(wordLikeness(vectorOf(proposal.question), situation.request)),
    goal: rounded(memoryLikeness(proposal.question, input, situation, 'goal')),
    preference: rounded(memoryLikeness(proposal.question, input, situation, 'preference')),
    persona: rounded(styleFit(proposal.question, input.facets)),
  }));
}

/** The nearest memory of a type, by its confidence. */
function memoryLikeness(
  question: string,
  input: RankInput,
  situation: Situation,
  type: Memory['type'],
): number {
  const asked = vectorOf(question);
  return input.memories
    .filter((memory) => memory.type === type)
    .reduce((best, memory) => {
      const known = vectorOf(memory.content);
      const related = Math.max(0, wordLikeness(known, situation.request));
      return Math.max(best, memory.confidence * (0.3 + 0.7 * related) * wordLikeness(asked, known));
    }, 0);
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
