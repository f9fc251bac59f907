import { readFileSync } from 'node:fs';

/** Meaning of words as 80 numbers each; the file's order is by frequency, the most frequent first. */
const dimensions = 80;

interface Table {
  ranks: Map<string, number>;
  bytes: Int8Array;
  /** 1 / length of each word's vector. */
  scales: Float32Array;
}

let table: Table | undefined;

/** Read on first use: 3 MB that not every process needs. */
function load(): Table {
  const words = readFileSync(new URL('../vectors/words.txt', import.meta.url), 'utf8').split('\n');
  const file = readFileSync(new URL('../vectors/vectors.bin', import.meta.url));
  const bytes = new Int8Array(file.buffer, file.byteOffset, file.length);
  if (words.length >= 2 ** 16) throw new RangeError('a pair of words must fit into 32 bits');
  return {
    ranks: new Map(words.map((word, rank) => [word, rank])),
    bytes,
    scales: Float32Array.from(words, (_, rank) => 1 / Math.sqrt(product(bytes, rank, rank) || 1)),
  };
}

function loaded(): Table {
  table ??= load();
  return table;
}

/** Which word it is by frequency; -1 for a word without a vector. */
export function frequencyRank(word: string): number {
  return loaded().ranks.get(word) ?? -1;
}

/**
 * How much a word tells, in [0, 1]: inverse document frequency by Zipf's law, log of the rank among all words of
 * general English; 1 for a word that is not known.
 */
export function zipfIdf(word: string): number {
  const rank = frequencyRank(word);
  return rank < 0 ? 1 : Math.min(1, Math.log(rank + 1) / Math.log(40_000));
}

const vectorsAtOnce = 256;
let block = new Float32Array(0);
let used = 0;

/** A vector of zeros, cut from a larger piece of memory: there are many of them, and each of its own costs more than it holds. */
export function nextVector(): Float32Array {
  if (used === block.length) {
    block = new Float32Array(vectorsAtOnce * dimensions);
    used = 0;
  }
  used += dimensions;
  return block.subarray(used - dimensions, used);
}

/** Adds `factor` times the word's vector, at length 1, in place. */
export function addWord(sum: Float32Array, rank: number, factor: number): void {
  const { bytes, scales } = loaded();
  const scaled = factor * (scales[rank] ?? 0);
  const from = rank * dimensions;
  for (let i = 0; i < dimensions; i += 1) sum[i] = (sum[i] ?? 0) + scaled * (bytes[from + i] ?? 0);
}

/** Pairs of words met lately, each with its cosine beside it, in the one slot that it can have: they return all the time. */
const slotBits = 16;
const met = new Int32Array(2 * 2 ** slotBits);
const one = 2 ** 30;

/** Cosine of the vectors of two words by their ranks, in [-1, 1]. */
export function wordCosine(a: number, b: number): number {
  const pair = a < b ? (a << 16) | b : (b << 16) | a;
  const slot = (Math.imul(pair, 0x9e3779b1) >>> (32 - slotBits)) << 1;
  if (met[slot] !== pair) {
    const { bytes, scales } = loaded();
    met[slot] = pair;
    met[slot + 1] = one * product(bytes, a, b) * (scales[a] ?? 0) * (scales[b] ?? 0);
  }
  return (met[slot + 1] ?? 0) / one;
}

function product(bytes: Int8Array, a: number, b: number): number {
  const [first, second] = [a * dimensions, b * dimensions];
  let sum = 0;
  for (let i = 0; i < dimensions; i += 1) sum += (bytes[first + i] ?? 0) * (bytes[second + i] ?? 0);
  return sum;
}
