import { readFileSync } from 'node:fs';

const dimensions = 80;

interface Table {
  /** The files are ordered by frequency, the most frequent word first. */
  ranks: Map<string, number>;
  bytes: Int8Array;
  scales: Float32Array;
}

let table: Table | undefined;

function load(): Table {
  const words = readFileSync(new URL('../vectors/words.txt', import.meta.url), 'utf8').split('\n');
  const file = readFileSync(new URL('../vectors/vectors.bin', import.meta.url));
  const bytes = new Int8Array(file.buffer, file.byteOffset, file.length);
  if (words.length >= 2 ** 16) throw new RangeError('a pair of words must fit into 32 bits');
  return {
    ranks: new Map(words.map((word, rank) => [word, rank])),
    bytes,
    scales: Float32Array.from(words, (_, rank) => 1 / Math.sqrt(dotProduct(bytes, rank, rank) || 1)),
  };
}

/** Loads on first use: 3 MB that not every process needs. */
function getTable(): Table {
  table ??= load();
  return table;
}

/** From 0; -1 for a word without a vector. */
export function frequencyRank(word: string): number {
  return getTable().ranks.get(word) ?? -1;
}

/** Inverse document frequency by Zipf's law, in [0, 1]: log of the rank in general English; 1 for an unknown word. */
export function zipfIdf(word: string): number {
  const rank = frequencyRank(word);
  return rank < 0 ? 1 : Math.min(1, Math.log(rank + 1) / Math.log(40_000));
}

const vectorsPerBlock = 256;
let block = new Float32Array(0);
let used = 0;

/** A zero vector, cut from a larger block: a buffer of its own would cost more memory than it holds. */
export function nextVector(): Float32Array {
  if (used === block.length) {
    block = new Float32Array(vectorsPerBlock * dimensions);
    used = 0;
  }
  used += dimensions;
  return block.subarray(used - dimensions, used);
}

export function addWord(sum: Float32Array, rank: number, factor: number): void {
  const { bytes, scales } = getTable();
  const scaled = factor * (scales[rank] ?? 0);
  const from = rank * dimensions;
  for (let i = 0; i < dimensions; i += 1) sum[i] = (sum[i] ?? 0) + scaled * (bytes[from + i] ?? 0);
}

/**
 * Direct-mapped cache of recent pairs, each followed by its cosine: the same pairs recur all the time. -1 is no pair, as
 * 0 is that of the most frequent word with itself.
 */
const slotBits = 16;
const cosineCache = new Int32Array(2 * 2 ** slotBits).fill(-1);
const one = 2 ** 30;

/** By frequency ranks; in [-1, 1]. */
export function wordCosine(a: number, b: number): number {
  const pair = a < b ? (a << 16) | b : (b << 16) | a;
  const slot = (Math.imul(pair, 0x9e3779b1) >>> (32 - slotBits)) << 1;
  if (cosineCache[slot] !== pair) {
    const { bytes, scales } = getTable();
    cosineCache[slot] = pair;
    cosineCache[slot + 1] = one * dotProduct(bytes, a, b) * (scales[a] ?? 0) * (scales[b] ?? 0);
  }
  return (cosineCache[slot + 1] ?? 0) / one;
}

function dotProduct(bytes: Int8Array, a: number, b: number): number {
  const [first, second] = [a * dimensions, b * dimensions];
  let sum = 0;
  for (let i = 0; i < dimensions; i += 1) sum += (bytes[first + i] ?? 0) * (bytes[second + i] ?? 0);
  return sum;
}
