import { type CloseFeatures, computeCloseFeatures } from './close-features.ts';
import type { Conversation } from './conversation.ts';
import { type CueFeatures, computeCueFeatures } from './cue-features.ts';
import { parseQuery } from './query.ts';
import shipped from './weights.json' with { type: 'json' };
import { computeEmbedding, computeWordFeatures, type WordFeatures } from './word-features.ts';

export type Features = WordFeatures & CueFeatures & CloseFeatures & { embedding: Float32Array };
export type Weights = Record<keyof Features, number>;

/** Fitted by `pnpm fit:retrieval`. */
export const shippedWeights: Weights = shipped.weights;
/** The score of a sentence that has nothing in common with the query. */
export const foreignScore: number = shippedWeights.substance;
/** The highest score of an answer among those that they were fitted to. */
export const highestScore: number = shipped.highest;

/** Nearest words are looked up for so many memories at least. */
const leastClose = 48;

/** For every memory; the features of nearest words are 0 except for the best by the others. */
export function computeFeatures(
  text: string,
  conversation: Conversation,
  {
    similarities,
    closest = leastClose,
  }: { similarities?: readonly (number | null)[]; closest?: number } = {},
): Features {
  const query = parseQuery(text, conversation.speakers);
  const { features, idf } = computeWordFeatures(query, conversation);
  const cheap = {
    ...features,
    ...computeCueFeatures(query, conversation),
    embedding: computeEmbedding(query, conversation, similarities),
  };
  const places = findBest(weigh(cheap, conversation.memories.length), closest);
  const close = computeCloseFeatures(query, conversation, { idf, trigrams: features.trigrams, places });
  return { ...cheap, ...close };
}

/** The weighted sum of each memory's features. */
export function weigh(
  features: Partial<Features>,
  count: number,
  by: Weights = shippedWeights,
): Float64Array {
  const sums = new Float64Array(count);
  for (const name of Object.keys(by) as (keyof Features)[]) {
    const [values, weight] = [features[name], by[name]];
    if (values !== undefined)
      for (let i = 0; i < count; i += 1) sums[i] = (sums[i] ?? 0) + weight * (values[i] ?? 0);
  }
  return sums;
}

/** The places of the `count` highest scores, and of those equal to the last of them. */
export function findBest(scores: Float64Array, count: number): number[] {
  const least = findHighest(scores, count);
  const places: number[] = [];
  for (let i = 0; i < scores.length; i += 1) if ((scores[i] ?? 0) >= least) places.push(i);
  return places;
}

/** The score that is the `count`-th from above; no score is below it if there are fewer. */
function findHighest(scores: Float64Array, count: number): number {
  const best = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < scores.length; i += 1) {
    const score = scores[i] ?? 0;
    if (score <= (best[0] ?? 0)) continue;
    let place = 1;
    for (; place < count && score > (best[place] ?? 0); place += 1) best[place - 1] = best[place] ?? 0;
    best[place - 1] = score;
  }
  return best[0] ?? Number.POSITIVE_INFINITY;
}
