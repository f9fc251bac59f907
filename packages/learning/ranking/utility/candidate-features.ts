import { memoize } from '@learning-loop/async/memoize';
import { hashString } from '../../text/hash-index.ts';
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

interface Column {
  key: number;
  family: number;
  values: Float32Array;
}

export const toFeatureMatrix = (texts: readonly string[]): FeatureMatrix =>
  packFeatures(toCandidateFeatures(texts));

export function packFeatures(candidates: readonly (readonly CandidateFeature[])[]): FeatureMatrix {
  const columns = new Map<number, Column>();
  for (const [row, features] of candidates.entries()) {
    for (const { key, family, value } of features) {
      const column = columns.get(key) ?? { key, family, values: new Float32Array(candidates.length) };
      columns.set(key, column);
      column.values[row] = value;
    }
  }
  return pack(keepMostVaried([...columns.values()]), candidates.length);
}

function keepMostVaried(columns: Column[]): Column[] {
  return columns
    .map((column) => ({ ...column, variance: varianceOf(column.values) }))
    .filter(({ variance }) => variance > 0)
    .sort((a, b) => b.variance - a.variance || a.key - b.key)
    .slice(0, maxFeatures)
    .sort((a, b) => a.key - b.key);
}

function pack(columns: Column[], rows: number): FeatureMatrix {
  const values = new Float32Array(rows * columns.length);
  for (const [k, column] of columns.entries())
    for (let row = 0; row < rows; row += 1) values[row * columns.length + k] = column.values[row] ?? 0;
  return {
    keys: Int32Array.from(columns, ({ key }) => key),
    families: Uint8Array.from(columns, ({ family }) => family),
    values,
    rows,
  };
}

/** Rounded, because sums differ in their last digits with the order of the candidates. */
function varianceOf(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return round(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
