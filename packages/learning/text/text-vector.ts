import { memoize } from '@learning-loop/async/memoize';
import { HashIndex } from './hash-index.ts';
import { type Term, toTerms } from './terms.ts';
import { unit } from './vector.ts';
import { addWord, nextVector } from './word-vectors.ts';

/** TF-IDF on stems and pieces of words, at length 1: hashes of what occurs, and the weight of each. */
interface TfidfVector {
  readonly keys: Int32Array;
  readonly weights: Float32Array;
}

/** Weight of all pieces of a word together, against 1 for its stem. */
const ngramWeight = 0.3;

interface Counted {
  words: readonly Term[];
  counts: readonly number[];
  /** Weight of the words in all. */
  total: number;
}

/** The stems and pieces of a text's words, in the order in which they come. */
function toTfidf({ words, counts, total }: Counted): TfidfVector {
  const places = new HashIndex(8 * words.length);
  const keys: number[] = [];
  const weights: number[] = [];
  const add = (key: number, weight: number) => {
    const place = places.add(key);
    keys[place] = key;
    weights[place] = (weights[place] ?? 0) + weight;
  };
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i];
    if (word === undefined) continue;
    const tells = ((counts[i] ?? 0) * word.weight) / total;
    add(word.root, tells);
    const each = (ngramWeight * tells) / Math.sqrt(word.grams.length);
    for (const gram of word.grams) add(gram, each);
  }
  return packed(keys, weights);
}

/** At length 1, in one piece of memory: two of their own would take more, and there are many texts. */
function packed(keys: readonly number[], weights: readonly number[]): TfidfVector {
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

/** What a text is about, free of its length. */
export interface TextDocument extends TfidfVector {
  /** Weighted mean of its words' vectors (Arora et al. 2017), at length 1; zeros when no word is known. */
  embedding: Float32Array;
}

/** A text as the ranker compares it. */
export interface TextVector extends TextDocument {
  /** Tells it from every other that was ever made. */
  serial: number;
  /** Its distinct words, and how often each occurs. */
  words: readonly Term[];
  counts: readonly number[];
  /** Words in all. */
  length: number;
  /** Weight of its words in all. */
  total: number;
}

let made = 0;

/** A word's share of its text's weight; the shares add up to 1. */
export function shareOf({ words, counts, total }: TextVector, place: number): number {
  const weight = words[place]?.weight ?? 0;
  return ((counts[place] ?? 0) * weight * weight) / total;
}

/** The vector of a text. */
export function analyze(text: string): TextVector {
  const terms = toTerms(text);
  return gathered(
    terms,
    terms.map(() => 1),
  );
}

/** The vector of all of these texts as if they were one. */
export function mergeDocuments(texts: readonly TextVector[]): TextVector {
  return gathered(
    texts.flatMap(({ words }) => words),
    texts.flatMap(({ counts }) => counts),
  );
}

/** Words of one stem count as the first of them. */
function gathered(terms: readonly Term[], occurrences: readonly number[]): TextVector {
  const places = new HashIndex(terms.length);
  const words: Term[] = [];
  const counts: number[] = [];
  for (let i = 0; i < terms.length; i += 1) {
    const term = terms[i];
    if (term === undefined) continue;
    const place = places.add(term.root);
    if (place === words.length) words.push(term);
    counts[place] = (counts[place] ?? 0) + (occurrences[i] ?? 0);
  }
  return new LazyTextVector(words, counts);
}

/** Its pieces are made on first use: of most memories only the words and their meaning are ever looked at. */
class LazyTextVector implements TextVector {
  readonly serial: number;
  readonly words: readonly Term[];
  readonly counts: readonly number[];
  readonly length: number;
  readonly total: number;
  readonly embedding: Float32Array;
  #pieces: TfidfVector | undefined;

  constructor(words: readonly Term[], counts: readonly number[]) {
    made += 1;
    this.serial = made;
    this.words = words;
    this.counts = counts;
    this.length = counts.reduce((sum, count) => sum + count, 0);
    this.total = words.reduce((sum, { weight }, i) => sum + (counts[i] ?? 0) * weight * weight, 0) || 1;
    this.embedding = meanWordVector(this);
  }

  get keys(): Int32Array {
    this.#pieces ??= toTfidf(this);
    return this.#pieces.keys;
  }

  get weights(): Float32Array {
    this.#pieces ??= toTfidf(this);
    return this.#pieces.weights;
  }
}

function meanWordVector(text: Pick<TextVector, 'words' | 'counts' | 'total'>): Float32Array {
  const sum = nextVector();
  for (let i = 0; i < text.words.length; i += 1) {
    const word = text.words[i];
    if (word !== undefined && word.rank >= 0)
      addWord(sum, word.rank, ((text.counts[i] ?? 0) * word.weight * word.weight) / text.total);
  }
  return unit(sum);
}

/** Bytes that a remembered vector takes, about; its words are shared with others. */
export function byteSize({ words }: TextVector): number {
  return 800 + 16 * words.length;
}

/** Most bytes that the texts of a generation take. */
const remembered = 48e6;

/** The vector of a text. Remembered: choices and memories return with every request. */
export const toTextVector: (text: string) => TextVector = memoize(analyze, remembered, byteSize);
