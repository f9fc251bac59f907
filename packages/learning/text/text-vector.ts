import { memoize } from './memoize.ts';
import { Places } from './places.ts';
import { type Term, termsOf } from './terms.ts';
import { unit } from './vector.ts';
import { addWord, dimensions } from './word-vectors.ts';

/** What a text is about, free of its length. */
export interface Subject {
  /** TF-IDF on stems and pieces of words, at length 1: hashes of what occurs, and the weight of each. */
  keys: Int32Array;
  weights: Float32Array;
  /** Weighted mean of its words' vectors (Arora et al. 2017), at length 1; zeros when no word is known. */
  meaning: Float32Array;
}

/** A text as the ranker compares it. */
export interface TextVector extends Subject {
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

/** Weight of all pieces of a word together, against 1 for its stem. */
const gramWeight = 0.3;

let made = 0;

/** A word's share of its text's weight; the shares add up to 1. */
export function shareOf({ words, counts, total }: TextVector, place: number): number {
  return ((counts[place] ?? 0) * (words[place]?.weight ?? 0) ** 2) / total;
}

/** The vector of a text. */
export function readText(text: string): TextVector {
  const terms = termsOf(text);
  return gathered(
    terms,
    terms.map(() => 1),
  );
}

/** The vector of all of these texts as if they were one. */
export function together(texts: readonly TextVector[]): TextVector {
  return gathered(
    texts.flatMap(({ words }) => words),
    texts.flatMap(({ counts }) => counts),
  );
}

/** Words of one stem count as the first of them. */
function gathered(terms: readonly Term[], occurrences: readonly number[]): TextVector {
  const places = new Places(terms.length);
  const words: Term[] = [];
  const counts: number[] = [];
  for (const [i, term] of terms.entries()) {
    const place = places.place(term.root);
    if (place === words.length) words.push(term);
    counts[place] = (counts[place] ?? 0) + (occurrences[i] ?? 0);
  }
  const length = counts.reduce((sum, count) => sum + count, 0);
  const total = words.reduce((sum, { weight }, i) => sum + (counts[i] ?? 0) * weight ** 2, 0) || 1;
  made += 1;
  return { serial: made, words, counts, length, total, ...subjectOf(words, counts, total) };
}

function subjectOf(words: readonly Term[], counts: readonly number[], total: number): Subject {
  const places = new Places(8 * words.length);
  const keys: number[] = [];
  const weights: number[] = [];
  const add = (key: number, weight: number) => {
    const place = places.place(key);
    keys[place] = key;
    weights[place] = (weights[place] ?? 0) + weight;
  };
  const sum = new Float32Array(dimensions);
  for (const [i, { root, weight, grams, rank }] of words.entries()) {
    const share = ((counts[i] ?? 0) * weight ** 2) / total;
    const tells = share / (weight || 1);
    add(root, tells);
    for (const gram of grams) add(gram, (gramWeight * tells) / Math.sqrt(grams.length));
    if (rank >= 0) addWord(sum, rank, share);
  }
  const length = Math.sqrt(weights.reduce((sum, weight) => sum + weight ** 2, 0)) || 1;
  return packed(
    keys,
    weights.map((weight) => weight / length),
    unit(sum),
  );
}

/** In one piece of memory: three of their own would take twice as much, and there are many texts. */
function packed(keys: number[], weights: number[], meaning: Float32Array): Subject {
  const memory = new ArrayBuffer(4 * (2 * keys.length + dimensions));
  const subject = {
    keys: new Int32Array(memory, 0, keys.length),
    weights: new Float32Array(memory, 4 * keys.length, keys.length),
    meaning: new Float32Array(memory, 8 * keys.length, dimensions),
  };
  subject.keys.set(keys);
  subject.weights.set(weights);
  subject.meaning.set(meaning);
  return subject;
}

/** Bytes that a remembered vector takes, about; its words are shared with others. */
export function bytesOf({ keys, words }: TextVector): number {
  return 1200 + 8 * keys.length + 16 * words.length;
}

/** Most bytes that the texts of a generation take. */
const remembered = 48e6;

/** The vector of a text. Remembered: choices and memories return with every request. */
export const vectorOf: (text: string) => TextVector = memoize(readText, remembered, bytesOf);
