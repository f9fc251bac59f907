import { HashIndex } from './hash-index.ts';
import { wordSimilarity } from './terms.ts';
import { shareOf, type TextDocument, type TextVector } from './text-vector.ts';
import { dot } from './vector.ts';

/** Cosine of the TF-IDF vectors, in [0, 1]: the same words. */
export function tfidfSimilarity(a: TextDocument, b: TextDocument): number {
  const weights = new Map(Array.from(b.keys, (key, i) => [key, b.weights[i] ?? 0]));
  return Math.min(
    1,
    a.keys.reduce((sum, key, i) => sum + (a.weights[i] ?? 0) * (weights.get(key) ?? 0), 0),
  );
}

/** Cosine of the mean word vectors, in [-1, 1]: the same subject. */
export function embeddingSimilarity(a: TextDocument, b: TextDocument): number {
  return dot(a.embedding, b.embedding);
}

/**
 * Each word against its nearest in the other text, both ways, in [0, 1]: the same things in other words (Mihalcea et
 * al. 2006, "Corpus-based and Knowledge-based Measures of Text Semantic Similarity").
 */
export function softWordSimilarity(a: TextVector, b: TextVector): number {
  return (oneWay(a, b) + oneWay(b, a)) / 2;
}

function oneWay(from: TextVector, to: TextVector): number {
  return from.words.reduce((sum, word, i) => {
    const nearest = Math.max(0, ...to.words.map((other) => wordSimilarity(word, other)));
    return sum + shareOf(from, i) * nearest ** 2;
  }, 0);
}

/** How like a text is to each of the subjects that the lens was made for, by the same words: see termLikeness. */
export type TermScorer = (text: TextDocument) => Float64Array;

/** The same for one subject. */
export function termSimilarity({ keys, weights }: TextDocument): (text: TextDocument) => number {
  const places = new HashIndex(2 * keys.length);
  for (const key of keys) places.add(key);
  return (text) => {
    const theirs = text.keys;
    const theirWeights = text.weights;
    let sum = 0;
    for (let i = 0; i < theirs.length; i += 1) {
      const place = places.get(theirs[i] ?? 0);
      if (place >= 0) sum += (weights[place] ?? 0) * (theirWeights[i] ?? 0);
    }
    return Math.min(1, sum);
  };
}

/** Subjects made ready to be compared with many texts: one look-up for each key of a text, however many there are. */
export function createTermScorer(subjects: readonly TextDocument[]): TermScorer {
  // Most keys of other texts are not in it, which a table three quarters empty says at the first look.
  const places = new HashIndex(2 * subjects.reduce((sum, { keys }) => sum + keys.length, 0));
  for (const { keys } of subjects) for (const key of keys) places.add(key);
  const width = subjects.length;
  const table = new Float32Array(places.size * width);
  for (const [column, { keys, weights }] of subjects.entries()) {
    for (const [i, key] of keys.entries()) table[places.get(key) * width + column] = weights[i] ?? 0;
  }
  return ({ keys, weights }) => {
    const sums = new Float64Array(width);
    for (let i = 0; i < keys.length; i += 1) {
      const place = places.get(keys[i] ?? 0);
      if (place >= 0) addRow(sums, table, place * width, weights[i] ?? 0);
    }
    for (let column = 0; column < width; column += 1) sums[column] = Math.min(1, sums[column] ?? 0);
    return sums;
  };
}

function addRow(sums: Float64Array, table: Float32Array, from: number, weight: number): void {
  for (let column = 0; column < sums.length; column += 1) {
    sums[column] = (sums[column] ?? 0) + weight * (table[from + column] ?? 0);
  }
}
