import type { Facets } from '@learning-loop/events/fields';
import type { Memory } from './memory.ts';
import type { Proposal } from './propose.ts';
import type { RankerWeights } from './ranker-weights.ts';
import { shippedWeights } from './ranker-weights.ts';
import { words } from './words.ts';

/** What a user once was shown for a text, and what they chose of it. */
export interface PastChoice {
  input_text: string;
  at: Date;
  shown: { question: string; chosen: boolean }[];
}

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
  const scored = input.proposals.map((proposal) => {
    const features = featuresOf(proposal, input);
    return { proposal, features, score: weigh(features, weights) };
  });
  const total = scored.reduce((sum, { score }) => sum + Math.exp(score / weights.temperature), 0);
  return scored
    .map((item) => ({ ...item, confidence: Math.exp(item.score / weights.temperature) / total }))
    .sort((a, b) => b.score - a.score || (a.proposal.question < b.proposal.question ? -1 : 1));
}

function weigh(features: Record<string, number>, { weights }: RankerWeights): number {
  return Object.entries(features).reduce((sum, [name, value]) => sum + value * (weights[name] ?? 0), 0);
}

function featuresOf(proposal: Proposal, input: RankInput): Record<string, number> {
  return {
    prior: proposal.prior,
    chosen_likeness: contrast(proposal.question, input.choices),
    goal: closest(proposal.question, contents(input.memories, 'goal')),
    preference: closest(proposal.question, contents(input.memories, 'preference')),
    tenant: contrast(proposal.question, input.tenantChoices),
  };
}

function contents(memories: Memory[], type: Memory['type']): string[] {
  return memories.filter((memory) => memory.type === type).map((memory) => memory.content);
}

function contrast(question: string, choices: PastChoice[]): number {
  return choices.reduce((sum, { shown }) => {
    const chosen = shown.filter((item) => item.chosen).map((item) => item.question);
    const rejected = shown.filter((item) => !item.chosen).map((item) => item.question);
    return chosen.length === 0 ? sum : sum + closest(question, chosen) - closest(question, rejected);
  }, 0);
}

function closest(question: string, texts: string[]): number {
  return texts.reduce((best, text) => Math.max(best, likeness(question, text)), 0);
}

function likeness(one: string, other: string): number {
  const a = terms(one);
  const b = terms(other);
  const shared = [...a].filter((term) => b.has(term)).length;
  return shared === 0 ? 0 : shared / Math.sqrt(a.size * b.size);
}

function terms(text: string): Set<string> {
  return new Set(
    words(text)
      .filter((word) => !word.stop)
      .map((word) => word.stem),
  );
}
