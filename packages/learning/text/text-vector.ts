import { memoize } from './memoize.ts';
import { type Term, termsOf } from './terms.ts';
import { addTo, dimensions, unit } from './word-vectors.ts';

/** A text as the ranker compares it; all parts are free of its length. */
export interface TextVector {
  /** TF-IDF on stems and pieces of words, at length 1. */
  terms: ReadonlyMap<string, number>;
  /** Weighted mean of its words' vectors (Arora et al. 2017), at length 1; zeros when no word is known. */
  meaning: Float32Array;
  /** Its distinct words with their share of the text's weight; the shares add up to 1. */
  words: readonly WeighedTerm[];
}

export interface WeighedTerm {
  term: Term;
  share: number;
  /** How often it occurs. */
  count: number;
}

/** Weight of all pieces of a word together, against 1 for its stem. */
const gramWeight = 0.3;

/** The vector of a text. Remembered: choices and memories return with every request. */
export const vectorOf: (text: string) => TextVector = memoize((text) => {
  const words = distinct(termsOf(text));
  return { terms: sparse(words), meaning: meaningOf(words), words };
}, 10_000);

function distinct(terms: Term[]): WeighedTerm[] {
  const counts = new Map<string, { term: Term; count: number }>();
  for (const term of terms) {
    const known = counts.get(term.stem);
    if (known === undefined) counts.set(term.stem, { term, count: 1 });
    else known.count += 1;
  }
  const all = [...counts.values()];
  const total = all.reduce((sum, { term, count }) => sum + count * term.weight ** 2, 0) || 1;
  return all.map(({ term, count }) => ({ term, count, share: (count * term.weight ** 2) / total }));
}

function sparse(words: WeighedTerm[]): Map<string, number> {
  const weights = new Map<string, number>();
  for (const { term, share } of words) {
    const weight = share / (term.weight || 1);
    add(weights, term.stem, weight);
    for (const gram of term.grams) add(weights, gram, (gramWeight * weight) / Math.sqrt(term.grams.length));
  }
  const length = Math.hypot(...weights.values()) || 1;
  for (const [key, weight] of weights) weights.set(key, weight / length);
  return weights;
}

function add(weights: Map<string, number>, key: string, weight: number): void {
  weights.set(key, (weights.get(key) ?? 0) + weight);
}

function meaningOf(words: WeighedTerm[]): Float32Array {
  const sum = new Float32Array(dimensions);
  for (const { term, share } of words) {
    if (term.vector !== null) addTo(sum, term.vector, share);
  }
  return unit(sum);
}
