import { memoize } from '@learning-loop/async/memoize';
import { HashIndex, hashString } from '../../text/hash-index.ts';
import { round } from '../../text/vector.ts';
import { zipfIdf } from '../../text/word-vectors.ts';
import { readNumbers, scaleNumbers } from './number-features.ts';

/** Each has its own prior variance in prior.json. */
export const families = ['word', 'pair', 'head', 'name', 'text', 'amount', 'order'] as const;
type Family = (typeof families)[number];

/** One property of a candidate. */
export interface CandidateFeature {
  /** Hash of family and label. */
  key: number;
  /** Index in `families`. */
  family: number;
  value: number;
  /** The words themselves, or the unit of a number. */
  label: string;
}

/** The features in which candidates that are shown together differ; what all share cancels out. */
export interface FeatureMatrix {
  /** Ascending, so that the order of the candidates changes nothing. */
  keys: Int32Array;
  families: Uint8Array;
  /** Candidate by feature, row-major. */
  values: Float32Array;
  /** Number of candidates. */
  rows: number;
}

/** The first words of a long text say most, and each costs time. */
const maxWords = 24;
const maxChars = 400;
/** Of a matrix: the features that differ most. */
export const maxFeatures = 32;
const maxCached = 20_000;

const wordPattern = /\p{L}[\p{L}\p{M}'’+#-]*/gu;
const namePattern = /\p{Lu}[\p{L}\p{M}\p{N}'’+#-]*(?:\s+\p{Lu}[\p{L}\p{M}\p{N}'’+#-]*)*/gu;

/** Words, pairs of neighbours, the head word, names, and the whole text without its numbers. */
const toTextFeatures: (text: string) => readonly CandidateFeature[] = memoize((text) => {
  const words = (text.normalize('NFKC').match(wordPattern) ?? [])
    .slice(0, maxWords)
    .map((word) => word.toLowerCase());
  const pairs = words.slice(1).map((word, i) => `${words[i]} ${word}`);
  const names = (text.match(namePattern) ?? []).map((name) => name.toLowerCase());
  const features = [
    ...words.map((word) => toFeature('word', word, zipfIdf(word))),
    ...pairs.map((pair) => toFeature('pair', pair, 1)),
    ...words.slice(0, 1).map((word) => toFeature('head', word, zipfIdf(word))),
    ...names.map((name) => toFeature('name', name, 1)),
    toFeature('text', words.join(' '), 1),
  ];
  return [...new Map(features.map((feature) => [feature.key, feature])).values()];
}, maxCached);

const toFeature = (family: Family, label: string, value: number): CandidateFeature => ({
  key: hashString(`${family} ${label}`),
  family: families.indexOf(family),
  value,
  label,
});

/** Of each text beside the others: a number counts relative to theirs. */
export function toCandidateFeatures(whole: readonly string[]): CandidateFeature[][] {
  const texts = whole.map((text) => text.slice(0, maxChars));
  const numbers = scaleNumbers(texts.map(readNumbers), texts);
  return texts.map((text, i) => [
    ...toTextFeatures(text),
    ...(numbers[i] ?? []).flatMap(({ unit, amount, order }) => [
      toFeature('amount', unit, amount),
      toFeature('order', unit, order),
    ]),
  ]);
}

export const toFeatureMatrix = (texts: readonly string[]): FeatureMatrix =>
  packFeatures(toCandidateFeatures(texts));

/** All features of all candidates, by the order in which they were first seen. */
interface Columns {
  keys: number[];
  families: number[];
  /** Feature by candidate. */
  values: Float32Array;
  rows: number;
}

export function packFeatures(candidates: readonly (readonly CandidateFeature[])[]): FeatureMatrix {
  const columns = toColumns(candidates);
  return pack(columns, findMostVaried(columns));
}

function toColumns(candidates: readonly (readonly CandidateFeature[])[]): Columns {
  const rows = candidates.length;
  const all = candidates.reduce((sum, { length }) => sum + length, 0);
  const columns = { keys: [], families: [], values: new Float32Array(rows * all), rows } as Columns;
  const places = new HashIndex(all);
  for (const [row, features] of candidates.entries()) {
    for (const { key, family, value } of features) {
      const place = places.add(key);
      columns.keys[place] = key;
      columns.families[place] = family;
      columns.values[place * rows + row] = value;
    }
  }
  return columns;
}

/** Places of the features that differ most, by ascending key. */
function findMostVaried({ keys, values, rows }: Columns): number[] {
  const keyAt = (place: number) => keys[place] ?? 0;
  const variances = Float64Array.from(keys, (_, place) => varianceOf(values, place * rows, rows));
  return [...keys.keys()]
    .filter((place) => (variances[place] ?? 0) > 0)
    .sort((a, b) => (variances[b] ?? 0) - (variances[a] ?? 0) || keyAt(a) - keyAt(b))
    .slice(0, maxFeatures)
    .sort((a, b) => keyAt(a) - keyAt(b));
}

function pack({ keys, families: ofKeys, values: all, rows }: Columns, places: number[]): FeatureMatrix {
  const values = new Float32Array(rows * places.length);
  for (const [k, place] of places.entries())
    for (let row = 0; row < rows; row += 1) values[row * places.length + k] = all[place * rows + row] ?? 0;
  return {
    keys: Int32Array.from(places, (place) => keys[place] ?? 0),
    families: Uint8Array.from(places, (place) => ofKeys[place] ?? 0),
    values,
    rows,
  };
}

/** Of `count` values; rounded, because sums differ in their last digits with the order of the candidates. */
function varianceOf(values: Float32Array, from: number, count: number): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < count; i += 1) sum += values[from + i] ?? 0;
  const mean = sum / count;
  for (let i = 0; i < count; i += 1) squares += ((values[from + i] ?? 0) - mean) ** 2;
  return round(squares / count);
}
