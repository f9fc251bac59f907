import { Places } from './hash-index.ts';
import type { Term } from './terms.ts';

/** TF-IDF on stems and pieces of words, at length 1: hashes of what occurs, and the weight of each. */
export interface Pieces {
  readonly keys: Int32Array;
  readonly weights: Float32Array;
}

/** Weight of all pieces of a word together, against 1 for its stem. */
const gramWeight = 0.3;

interface Counted {
  words: readonly Term[];
  counts: readonly number[];
  /** Weight of the words in all. */
  total: number;
}

/** The stems and pieces of a text's words, in the order in which they come. */
export function piecesOf({ words, counts, total }: Counted): Pieces {
  const places = new Places(8 * words.length);
  const keys: number[] = [];
  const weights: number[] = [];
  const add = (key: number, weight: number) => {
    const place = places.place(key);
    keys[place] = key;
    weights[place] = (weights[place] ?? 0) + weight;
  };
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i];
    if (word === undefined) continue;
    const tells = ((counts[i] ?? 0) * word.weight) / total;
    add(word.root, tells);
    const each = (gramWeight * tells) / Math.sqrt(word.grams.length);
    for (const gram of word.grams) add(gram, each);
  }
  return packed(keys, weights);
}

/** At length 1, in one piece of memory: two of their own would take more, and there are many texts. */
function packed(keys: readonly number[], weights: readonly number[]): Pieces {
  const length = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0)) || 1;
  const memory = new ArrayBuffer(8 * keys.length);
  const pieces = {
    keys: new Int32Array(memory, 0, keys.length),
    weights: new Float32Array(memory, 4 * keys.length, keys.length),
  };
  pieces.keys.set(keys);
  for (let i = 0; i < weights.length; i += 1) pieces.weights[i] = (weights[i] ?? 0) / length;
  return pieces;
}
