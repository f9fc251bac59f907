import { memoizeByObject } from '@learning-loop/async/memoize';
import type { Memory } from '../memories/memory.ts';
import { readPolarity, readPreference } from '../memories/preference.ts';
import { embeddingSimilarity } from '../text/similarity.ts';
import { type TextVector, toTextVector } from '../text/text-vector.ts';
import type { SignedScorer } from './contrast.ts';
import { type ContrastText, toContrastText } from './contrast-text.ts';
import type { RankingContext } from './ranking-context.ts';

const maxCompared = 12;

/** Share of its confidence that an unrelated memory keeps as its weight. */
export const unrelatedShare = 0.3;

interface KnownMemory {
  text: TextVector;
  thing: ContrastText;
  confidence: number;
  disliked: boolean;
}

/** Computed once for an array. */
const knownOf = memoizeByObject((memories: readonly Memory[]): Map<Memory['type'], KnownMemory[]> => {
  const compared = memories.filter(({ type }) => type !== 'history');
  return new Map(
    [...Map.groupBy(compared, ({ type }) => type)].map(([type, some]) => [type, some.map(toKnown)]),
  );
});

function toKnown({ type, content, confidence }: Memory): KnownMemory {
  const { polarity, thing } =
    type === 'preference' ? readPreference(content) : { polarity: 'like', thing: content };
  const disliked = polarity === 'dislike';
  return { text: toTextVector(thing), thing: toContrastText(thing), confidence, disliked };
}

/**
 * Similarity of each candidate to the most similar memory of a type minus that to the most similar dislike, weighted, in
 * [-1, 1].
 */
export function memoryFeatures(
  context: RankingContext,
  compare: SignedScorer,
  memories: readonly Memory[],
  type: Memory['type'],
): number[] {
  const weighted = (knownOf(memories).get(type) ?? [])
    .map((known) => ({ ...known, weight: computeWeight(known.text, known.confidence, context) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, maxCompared);
  const likes = context.candidates.map(() => 0);
  const dislikes = context.candidates.map(() => 0);
  for (const { thing, weight, disliked } of weighted) {
    const best = disliked ? dislikes : likes;
    for (const [i, similarity] of compare(thing).words.entries())
      best[i] = Math.max(best[i] ?? 0, weight * similarity);
  }
  return likes.map((like, i) => like - (dislikes[i] ?? 0));
}

/** It makes whatever is like it less likely. */
export const isDislike = ({ type, content }: Memory) =>
  type === 'preference' && readPolarity(content) === 'dislike';

function computeWeight(text: TextVector, confidence: number, { topicVector }: RankingContext): number {
  const similarity = Math.max(0, embeddingSimilarity(text, topicVector));
  return confidence * (unrelatedShare + (1 - unrelatedShare) * similarity);
}
