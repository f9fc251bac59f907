import { memoize } from '@learning-loop/async/memoize';
import { HashIndex } from './hash-index.ts';
import { type Term, toTerms } from './terms.ts';
import { unit } from './vector.ts';
import { addWord, nextVector } from './word-vectors.ts';

/** Of length 1; keys are hashes of stems and n-grams. */
interface TfidfVector {
  readonly keys: Int32Array;
  readonly weights: Float32Array;
}

/** Of all n-grams of a word, relative to its stem. */
const ngramWeight = 0.3;

interface Counted {
  words: readonly Term[];
  counts: readonly number[];
  total: number;
}

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
    const weight = ((counts[i] ?? 0) * word.weight) / total;
    add(word.stemHash, weight);
    const each = (ngramWeight * weight) / Math.sqrt(word.ngrams.length);
    for (const ngram of word.ngrams) add(ngram, each);
  }
  return pack(keys, weights);
}

/** Puts both arrays into one buffer: two would take more memory, and there are many texts. */
function pack(keys: readonly number[], weights: readonly number[]): TfidfVector {
  const length = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0)) || 1;
  const buffer = new ArrayBuffer(8 * keys.length);
  const vector = {
    keys: new Int32Array(buffer, 0, keys.length),
    weights: new Float32Array(buffer, 4 * keys.length, keys.length),
  };
  vector.keys.set(keys);
  for (let i = 0; i < weights.length; i += 1) vector.weights[i] = (weights[i] ?? 0) / length;
  return vector;
}

export interface TextDocument extends TfidfVector {
  /** Weighted mean of the word vectors (Arora et al. 2017), of length 1; zeros when no word is known. */
  embedding: Float32Array;
}

export interface TextVector extends TextDocument {
  /** Unique per instance; a cache key. */
  serial: number;
  words: readonly Term[];
  counts: readonly number[];
  length: number;
  /** Sum of squared word weights; 1 without words. */
  total: number;
}

let lastSerial = 0;

/** A word's share of its text's weight; the shares add up to 1. */
export function computeShare({ words, counts, total }: TextVector, place: number): number {
  const weight = words[place]?.weight ?? 0;
  return ((counts[place] ?? 0) * weight * weight) / total;
}

export function analyze(text: string): TextVector {
  const terms = toTerms(text);
  return countWords(
    terms,
    terms.map(() => 1),
  );
}

export function mergeDocuments(texts: readonly TextVector[]): TextVector {
  return countWords(
    texts.flatMap(({ words }) => words),
    texts.flatMap(({ counts }) => counts),
  );
}

/** Words of one stem count as the first of them. */
function countWords(terms: readonly Term[], occurrences: readonly number[]): TextVector {
  const places = new HashIndex(terms.length);
  const words: Term[] = [];
  const counts: number[] = [];
  for (let i = 0; i < terms.length; i += 1) {
    const term = terms[i];
    if (term === undefined) continue;
    const place = places.add(term.stemHash);
    if (place === words.length) words.push(term);
    counts[place] = (counts[place] ?? 0) + (occurrences[i] ?? 0);
  }
  return new LazyTextVector(words, counts);
}

/** Computes tf-idf on first use: of most memories only the words and the embedding are ever read. */
class LazyTextVector implements TextVector {
  readonly serial: number;
  readonly words: readonly Term[];
  readonly counts: readonly number[];
  readonly length: number;
  readonly total: number;
  readonly embedding: Float32Array;
  #tfidf: TfidfVector | undefined;

  constructor(words: readonly Term[], counts: readonly number[]) {
    lastSerial += 1;
    this.serial = lastSerial;
    this.words = words;
    this.counts = counts;
    this.length = counts.reduce((sum, count) => sum + count, 0);
    this.total = words.reduce((sum, { weight }, i) => sum + (counts[i] ?? 0) * weight * weight, 0) || 1;
    this.embedding = meanWordVector(this);
  }

  get keys(): Int32Array {
    this.#tfidf ??= toTfidf(this);
    return this.#tfidf.keys;
  }

  get weights(): Float32Array {
    this.#tfidf ??= toTfidf(this);
    return this.#tfidf.weights;
  }
}

function meanWordVector(text: Pick<TextVector, 'words' | 'counts' | 'total'>): Float32Array {
  const sum = nextVector();
  for (let i = 0; i < text.words.length; i += 1) {
    const word = text.words[i];
    if (word !== undefined && word.frequencyRank >= 0)
      addWord(sum, word.frequencyRank, ((text.counts[i] ?? 0) * word.weight * word.weight) / text.total);
  }
  return unit(sum);
}

/** Approximate; the words are shared with other vectors. */
export function byteSize({ words }: TextVector): number {
  return 800 + 16 * words.length;
}

const cacheBytes = 48e6;

export const toTextVector: (text: string) => TextVector = memoize(analyze, cacheBytes, byteSize);
