import { HashFilter, HashIndex } from './hash-index.ts';
import { wordSimilarity } from './terms.ts';
import { computeShare, type TextDocument, type TextVector } from './text-vector.ts';
import { dot, dotRow } from './vector.ts';

export function tfidfSimilarity(a: TextDocument, b: TextDocument): number {
  const weights = new Map(Array.from(b.keys, (key, i) => [key, b.weights[i] ?? 0]));
  return Math.min(
    1,
    a.keys.reduce((sum, key, i) => sum + (a.weights[i] ?? 0) * (weights.get(key) ?? 0), 0),
  );
}

/** Cosine of the mean word vectors, in [-1, 1]. */
export function embeddingSimilarity(a: TextDocument, b: TextDocument): number {
  return dot(a.embedding, b.embedding);
}

/** Each word by its nearest in the other text, both ways, in [0, 1] (Mihalcea, Corley & Strapparava 2006). */
export function softWordSimilarity(a: TextVector, b: TextVector): number {
  return (oneWay(a, b) + oneWay(b, a)) / 2;
}

function oneWay(from: TextVector, to: TextVector): number {
  return from.words.reduce((sum, word, i) => {
    const nearest = Math.max(0, ...to.words.map((other) => wordSimilarity(word, other)));
    return sum + computeShare(from, i) * nearest ** 2;
  }, 0);
}

/** `tfidfSimilarity` of a text with each of several documents. */
export type TermScorer = (text: TextDocument) => Float64Array;

/** One lookup per key of a text, however many documents there are. */
export function createTermScorer(documents: readonly TextDocument[]): TermScorer {
  // Most keys of other texts are missing, which a table that is three quarters empty shows at the first probe.
  const places = new HashIndex(2 * documents.reduce((sum, { keys }) => sum + keys.length, 0));
  for (const { keys } of documents) for (const key of keys) places.add(key);
  const width = documents.length;
  const table = new Float32Array(places.size * width);
  for (const [column, { keys, weights }] of documents.entries()) {
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

/** Many documents in a few arrays, which are read faster than an object for each. */
export interface PackedDocuments {
  count: number;
  /** Row-major. */
  embeddings: Float32Array;
  /** Of document i those from `starts[i]` to `starts[i + 1]`. */
  keys: Int32Array;
  weights: Float32Array;
  starts: Int32Array;
}

export function packDocuments(documents: readonly TextDocument[]): PackedDocuments {
  const dimensions = documents[0]?.embedding.length ?? 0;
  const starts = new Int32Array(documents.length + 1);
  for (const [i, { keys }] of documents.entries()) starts[i + 1] = (starts[i] ?? 0) + keys.length;
  const packed = {
    count: documents.length,
    embeddings: new Float32Array(documents.length * dimensions),
    keys: new Int32Array(starts.at(-1) ?? 0),
    weights: new Float32Array(starts.at(-1) ?? 0),
    starts,
  };
  for (const [i, { embedding, keys, weights }] of documents.entries()) {
    packed.embeddings.set(embedding, i * dimensions);
    packed.keys.set(keys, starts[i]);
    packed.weights.set(weights, starts[i]);
  }
  return packed;
}

/** `embeddingSimilarity` plus `tfidfSimilarity` of a document with each of the packed ones, in [-1, 2]. */
export function createPackedScorer({
  keys,
  weights,
  embedding,
}: TextDocument): (packed: PackedDocuments) => Float64Array {
  const places = new HashIndex(keys.length);
  const held = new HashFilter();
  for (const key of keys) {
    places.add(key);
    held.add(key);
  }
  const sumTerms = (packed: PackedDocuments, i: number) => {
    const end = packed.starts[i + 1] ?? 0;
    let sum = 0;
    for (let k = packed.starts[i] ?? 0; k < end; k += 1) {
      const key = packed.keys[k] ?? 0;
      // Most keys of other documents.
      if (!held.mayHold(key)) continue;
      const place = places.get(key);
      if (place >= 0) sum += (weights[place] ?? 0) * (packed.weights[k] ?? 0);
    }
    return Math.min(1, sum);
  };
  return (packed) => {
    const sums = new Float64Array(packed.count);
    for (let i = 0; i < sums.length; i += 1)
      sums[i] = dotRow(embedding, packed.embeddings, i * embedding.length) + sumTerms(packed, i);
    return sums;
  };
}
