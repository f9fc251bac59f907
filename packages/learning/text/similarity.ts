import { nearness } from './terms.ts';
import { type Subject, shareOf, type TextVector } from './text-vector.ts';
import { dot } from './vector.ts';

/** Cosine of the TF-IDF vectors, in [0, 1]: the same words. */
export function termLikeness(a: Subject, b: Subject): number {
  const weights = new Map(Array.from(b.keys, (key, i) => [key, b.weights[i] ?? 0]));
  return Math.min(
    1,
    a.keys.reduce((sum, key, i) => sum + (a.weights[i] ?? 0) * (weights.get(key) ?? 0), 0),
  );
}

/** Cosine of the mean word vectors, in [-1, 1]: the same subject. */
export function meaningLikeness(a: Subject, b: Subject): number {
  return dot(a.meaning, b.meaning);
}

/**
 * Each word against its nearest in the other text, both ways, in [0, 1]: the same things in other words (Mihalcea et
 * al. 2006, "Corpus-based and Knowledge-based Measures of Text Semantic Similarity").
 */
export function wordLikeness(a: TextVector, b: TextVector): number {
  return (oneWay(a, b) + oneWay(b, a)) / 2;
}

function oneWay(from: TextVector, to: TextVector): number {
  return from.words.reduce((sum, word, i) => {
    const nearest = Math.max(0, ...to.words.map((other) => nearness(word, other)));
    return sum + shareOf(from, i) * nearest ** 2;
  }, 0);
}
