import { memoizeByObject } from '@learning-loop/async/memoize';
import type { Memory } from '../memories/memory.ts';
import { readPolarity } from '../memories/preference.ts';
import { embeddingSimilarity } from '../text/similarity.ts';
import { type TextVector, toTextVector } from '../text/text-vector.ts';
import type { RankingContext } from './ranking-context.ts';

const maxCompared = 12;

/** Share of its confidence that an unrelated memory keeps as its weight. */
export const unrelatedShare = 0.3;

interface LikedMemory {
  text: TextVector;
  confidence: number;
}

/** Computed once for an array. */
const likedOf = memoizeByObject((memories: readonly Memory[]): Map<Memory['type'], LikedMemory[]> => {
  const liked = memories.filter((memory) => memory.type !== 'history' && !isDislike(memory));
  return new Map(
    [...Map.groupBy(liked, ({ type }) => type)].map(([type, some]) => [
      type,
      some.map(({ content, confidence }) => ({ text: toTextVector(content), confidence })),
    ]),
  );
});

/** Similarity of each candidate to the most similar memory of a type, weighted, in [0, 1]. */
export function memoryFeatures(
  context: RankingContext,
  memories: readonly Memory[],
  type: Memory['type'],
): number[] {
  const weighted = (likedOf(memories).get(type) ?? [])
    .map(({ text, confidence }) => ({ text, weight: computeWeight(text, confidence, context) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, maxCompared);
  const best = context.candidates.map(() => 0);
  for (const { text, weight } of weighted) {
    for (const [i, similarity] of context.words(text).entries())
      best[i] = Math.max(best[i] ?? 0, weight * similarity);
  }
  return best;
}

/** A dislike makes nothing that is like it likelier. */
export const isDislike = ({ type, content }: Memory) =>
  type === 'preference' && readPolarity(content) === 'dislike';

function computeWeight(text: TextVector, confidence: number, { topicVector }: RankingContext): number {
  const similarity = Math.max(0, embeddingSimilarity(text, topicVector));
  return confidence * (unrelatedShare + (1 - unrelatedShare) * similarity);
}
