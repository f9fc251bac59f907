import { memoizeByObject } from '@learning-loop/async/memoize';
import type { Memory } from '../memories/memory.ts';
import { readPolarity, readPreference } from '../memories/preference.ts';
import { packDocuments } from '../text/similarity.ts';
import { dotRow } from '../text/vector.ts';
import type { SignedScorer } from './contrast.ts';
import { type ContrastText, toContrastText } from './contrast-text.ts';
import type { RankingContext } from './ranking-context.ts';

const maxCompared = 12;

/** Share of its confidence that an unrelated memory keeps as its weight. */
export const unrelatedShare = 0.3;

interface KnownMemory {
  thing: ContrastText;
  confidence: number;
  disliked: boolean;
}

interface KnownMemories {
  memories: readonly KnownMemory[];
  /** Row-major, one row per memory. */
  embeddings: Float32Array;
}

/** Computed once for an array. */
const knownOf = memoizeByObject((memories: readonly Memory[]): Map<Memory['type'], KnownMemories> => {
  const compared = memories.filter(({ type }) => type !== 'history');
  return new Map([...Map.groupBy(compared, ({ type }) => type)].map(([type, some]) => [type, pack(some)]));
});

function pack(memories: readonly Memory[]): KnownMemories {
  const known = memories.map(toKnown);
  return { memories: known, embeddings: packDocuments(known.map(({ thing }) => thing.whole)).embeddings };
}

function toKnown({ type, content, confidence }: Memory): KnownMemory {
  const { polarity, thing } =
    type === 'preference' ? readPreference(content) : { polarity: 'like', thing: content };
  return { thing: toContrastText(thing), confidence, disliked: polarity === 'dislike' };
}

/**
 * Similarity of each candidate to the most similar memory of a type minus that to the most similar dislike, weighted, in
 * [-1, 1].
 */
export function memoryFeatures(
  context: RankingContext,
  compareWords: SignedScorer,
  memories: readonly Memory[],
  type: Memory['type'],
): number[] {
  const known = knownOf(memories).get(type) ?? { memories: [], embeddings: new Float32Array(0) };
  const weights = computeWeights(known, context);
  const heaviest = [...weights.keys()].sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0));
  const likes = context.candidates.map(() => 0);
  const dislikes = context.candidates.map(() => 0);
  for (const place of heaviest.slice(0, maxCompared)) {
    const memory = known.memories[place];
    if (memory === undefined) continue;
    const best = memory.disliked ? dislikes : likes;
    const similarities = compareWords(memory.thing);
    for (let i = 0; i < best.length; i += 1)
      best[i] = Math.max(best[i] ?? 0, (weights[place] ?? 0) * (similarities[i] ?? 0));
  }
  return likes.map((like, i) => like - (dislikes[i] ?? 0));
}

/** It makes whatever is like it less likely. */
export const isDislike = ({ type, content }: Memory) =>
  type === 'preference' && readPolarity(content) === 'dislike';

function computeWeights(
  { memories, embeddings }: KnownMemories,
  { topicVector }: RankingContext,
): Float64Array {
  const { embedding } = topicVector;
  return Float64Array.from(memories, ({ confidence }, i) => {
    const similarity = Math.max(0, dotRow(embedding, embeddings, i * embedding.length));
    return confidence * (unrelatedShare + (1 - unrelatedShare) * similarity);
  });
}
