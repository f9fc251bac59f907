import type { TextVector, WeighedTerm } from './text-vector.ts';
import { dot } from './word-vectors.ts';

/** Cosine of the TF-IDF vectors, in [0, 1]: the same words. */
export function termLikeness(a: TextVector, b: TextVector): number {
  const [few, many] = a.terms.size < b.terms.size ? [a.terms, b.terms] : [b.terms, a.terms];
  let sum = 0;
  for (const [key, weight] of few) sum += weight * (many.get(key) ?? 0);
  return Math.min(1, sum);
}

/** Cosine of the mean word vectors, in [-1, 1]: the same subject. */
export function meaningLikeness(a: TextVector, b: TextVector): number {
  return dot(a.meaning, b.meaning);
}

/**
 * Each word against its nearest in the other text, both ways, in [0, 1]: the same things in other words (Mihalcea et
 * al. 2006, "Corpus-based and Knowledge-based Measures of Text Semantic Similarity").
 */
export function wordLikeness(a: TextVector, b: TextVector): number {
  const best = new Float64Array(b.words.length);
  let forth = 0;
  for (const { term, share } of a.words) {
    let nearest = 0;
    for (const [i, other] of b.words.entries()) {
      const near = nearness(term, other.term);
      if (near > nearest) nearest = near;
      if (near > (best[i] ?? 0)) best[i] = near;
    }
    forth += share * nearest ** 2;
  }
  const back = b.words.reduce((sum, { share }, i) => sum + share * (best[i] ?? 0) ** 2, 0);
  return (forth + back) / 2;
}

/** How near two words are, in [0, 1]: 1 for the same stem. */
export function nearness(a: WeighedTerm['term'], b: WeighedTerm['term']): number {
  if (a.stem === b.stem) return 1;
  return a.vector === null || b.vector === null ? 0 : Math.max(0, dot(a.vector, b.vector));
}
