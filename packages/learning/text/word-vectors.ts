import { readFileSync } from 'node:fs';

/** Meaning of words as 80 numbers each; the file's order is by frequency, the most frequent first. */
export const dimensions = 80;

interface Table {
  ranks: Map<string, number>;
  bytes: Int8Array;
}

let table: Table | undefined;

/** Read on first use: 3 MB that not every process needs. */
function load(): Table {
  const words = readFileSync(new URL('../vectors/words.txt', import.meta.url), 'utf8').split('\n');
  const bytes = readFileSync(new URL('../vectors/vectors.bin', import.meta.url));
  return {
    ranks: new Map(words.map((word, rank) => [word, rank])),
    bytes: new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length),
  };
}

function loaded(): Table {
  table ??= load();
  return table;
}

/** The word's vector at length 1; null when the word is not known. */
export function wordVector(word: string): Float32Array | null {
  const { ranks, bytes } = loaded();
  const rank = ranks.get(word);
  if (rank === undefined) return null;
  return unit(Float32Array.from(bytes.subarray(rank * dimensions, (rank + 1) * dimensions)));
}

/**
 * How much a word tells, in [0, 1]: inverse document frequency by Zipf's law, log of the rank among all words of
 * general English; 1 for a word that is not known.
 */
export function rarity(word: string): number {
  const { ranks } = loaded();
  const rank = ranks.get(word);
  return rank === undefined ? 1 : Math.min(1, Math.log(rank + 1) / Math.log(40_000));
}

/** The vector at length 1; zeros stay zeros. Changes what it is given. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  if (length === 0) return vector;
  for (let i = 0; i < vector.length; i += 1) vector[i] = (vector[i] ?? 0) / length;
  return vector;
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** Adds `factor` times the vector to the sum, in place. */
export function addTo(sum: Float32Array, vector: Float32Array, factor: number): void {
  for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] ?? 0) + factor * (vector[i] ?? 0);
}
