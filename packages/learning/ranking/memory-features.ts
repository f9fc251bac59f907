import type { Memory } from '../memories/memory.ts';
import { meaningLikeness } from '../text/similarity.ts';
import { type TextVector, vectorOf } from '../text/text-vector.ts';
import type { Situation } from './ranking-context.ts';

/** So many memories are compared word by word, those nearest in meaning. */
const compared = 12;

/** A memory that has nothing to do with the situation still counts so much of what it could. */
const unrelated = 0.3;

/** How near each option comes to the memories of a type, in [0, 1]: the nearest counts, by its confidence. */
export function memoryFeatures(situation: Situation, memories: Memory[], type: Memory['type']): number[] {
  const known = memories
    .filter((memory) => memory.type === type)
    .map(({ content, confidence }) => {
      const text = vectorOf(content);
      return { text, weight: weightOf(text, confidence, situation) };
    })
    .sort((a, b) => b.weight - a.weight)
    .slice(0, compared);
  const best = situation.options.map(() => 0);
  for (const { text, weight } of known) {
    for (const [i, likeness] of situation.words(text).entries())
      best[i] = Math.max(best[i] ?? 0, weight * likeness);
  }
  return best;
}

function weightOf(text: TextVector, confidence: number, { theme }: Situation): number {
  return confidence * (unrelated + (1 - unrelated) * Math.max(0, meaningLikeness(text, theme)));
}
