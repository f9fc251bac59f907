import type { Memory } from '../memories/memory.ts';
import { embeddingSimilarity } from '../text/similarity.ts';
import { type TextVector, toTextVector } from '../text/text-vector.ts';
import type { RankingContext } from './ranking-context.ts';

/** So many memories are compared word by word, those nearest in meaning. */
const compared = 12;

/** A memory that has nothing to do with the situation still counts so much of what it could. */
const unrelated = 0.3;

/** How near each option comes to the memories of a type, in [0, 1]: the nearest counts, by its confidence. */
export function memoryFeatures(
  situation: RankingContext,
  memories: Memory[],
  type: Memory['type'],
): number[] {
  const known = memories
    .filter((memory) => memory.type === type)
    .map(({ content, confidence }) => {
      const text = toTextVector(content);
      return { text, weight: weightOf(text, confidence, situation) };
    })
    .sort((a, b) => b.weight - a.weight)
    .slice(0, compared);
  const best = situation.candidates.map(() => 0);
  for (const { text, weight } of known) {
    for (const [i, likeness] of situation.words(text).entries())
      best[i] = Math.max(best[i] ?? 0, weight * likeness);
  }
  return best;
}

function weightOf(text: TextVector, confidence: number, { topicVector: theme }: RankingContext): number {
  return confidence * (unrelated + (1 - unrelated) * Math.max(0, embeddingSimilarity(text, theme)));
}
