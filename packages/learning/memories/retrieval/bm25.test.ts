import { expect, test } from 'vitest';
import {
  bm25,
  countTerms,
  type HashedText,
  inverseDocumentFrequencies,
  longB,
  packTexts,
  sumRanges,
  type TermCounts,
  toQueryTerms,
} from './bm25.ts';

const text = (hashes: number[], times: number[] | null = null): HashedText => ({
  hashes: Int32Array.from(hashes),
  times: times === null ? null : Uint8Array.from(times),
  length: times === null ? hashes.length : times.reduce((sum, count) => sum + count, 0),
});
const query = toQueryTerms(Int32Array.of(7, 9));
const count = (...texts: HashedText[]) => countTerms(query, packTexts(texts));

/** Of each document its length, and how often it holds each term, by the place of the term. */
const read = ({ starts, terms, counts, lengths }: TermCounts) =>
  Array.from(lengths, (length, i) => {
    const held = Array.from(terms.slice(starts[i], starts[i + 1]), (term, k) => [
      term,
      counts[(starts[i] ?? 0) + k],
    ]);
    return { length, ...Object.fromEntries(held) };
  });

/** Two documents: the first has 7 twice and something else, the second 9. */
const counted = count(text([7, 5], [2, 1]), text([9]));

test('terms are counted by document, and others only in its length', () => {
  expect(counted.width).toBe(2);
  expect(read(counted)).toEqual([
    { length: 3, 0: 2 },
    { length: 1, 1: 1 },
  ]);
  expect(read(count(text([9, 7, 9])))).toEqual([{ length: 3, 0: 1, 1: 2 }]);
  expect(read(count())).toEqual([]);
});

test('a foreign term in the bucket of a known one is foreign', () => {
  expect(read(count(text([7 + 2 ** 12, 9]), text([7 + 2 ** 16, 7])))).toEqual([
    { length: 2, 1: 1 },
    { length: 2, 0: 1 },
  ]);
});

test('a query has at most 255 terms', () => {
  const long = toQueryTerms(Int32Array.from({ length: 300 }, (_, i) => i));
  expect(long.places.size).toBe(255);
  expect(read(countTerms(long, packTexts([text([254, 255, 299])])))).toEqual([{ length: 3, 254: 1 }]);
});

test('packed texts count once each term where nothing else is said', () => {
  const { hashes, times, starts, lengths } = packTexts([text([7], [3]), text([9, 9])]);
  expect([[...hashes], [...(times ?? [])], [...starts], [...lengths]]).toEqual([
    [7, 9, 9],
    [3, 1, 1],
    [0, 1, 3],
    [3, 2],
  ]);
  expect(packTexts([text([7]), text([9])]).times).toBeNull();
});

test('more terms than there was room for at first are all kept', () => {
  const many = toQueryTerms(Int32Array.from({ length: 250 }, (_, i) => i));
  const whole = text(Array.from({ length: 250 }, (_, i) => i));
  const rows = read(countTerms(many, packTexts([whole, whole, whole])));
  for (const row of rows) {
    expect(Object.keys(row)).toHaveLength(251);
    expect(Object.values(row).filter((held) => held !== 1)).toEqual([250]);
  }
});

test('a term is worth more the fewer documents hold it, however often', () => {
  // Each in one of two: ln(1 + 1.5 / 1.5).
  expect([...inverseDocumentFrequencies(counted)]).toEqual(
    [Math.LN2, Math.LN2].map((idf) => expect.closeTo(idf, 9)),
  );
  const both = count(text([7]), text([7]), text([5]));
  // In two of three, and in none: ln(1 + 1.5 / 2.5) and ln(1 + 3.5 / 0.5).
  expect([...inverseDocumentFrequencies(both)]).toEqual([
    expect.closeTo(0.470004, 6),
    expect.closeTo(2.079442, 6),
  ]);
});

test.each([
  // The mean length is 2. Norms: 1.2 × (0.6 + 0.4 × 3 / 2) = 1.44 and 1.2 × (0.6 + 0.4 × 1 / 2) = 0.96.
  { b: undefined, scores: [(2 / 3.44) * 0.5, (1 / 1.96) * 0.5] },
  // 1.2 × (0.25 + 0.75 × 1.5) = 1.65 and 1.2 × (0.25 + 0.75 × 0.5) = 0.75.
  { b: longB, scores: [(2 / 3.65) * 0.5, (1 / 1.75) * 0.5] },
])('scores are shares of the highest that is possible, with b = $b', ({ b, scores }) => {
  const idf = Float64Array.of(1, 1);
  expect([...bm25(counted, idf, b)]).toEqual(scores.map((score) => expect.closeTo(score, 6)));
  // A term worth three times as much has three quarters of the highest.
  const [first, second] = bm25(counted, Float64Array.of(3, 1), b);
  expect(first).toBeCloseTo(1.5 * (scores[0] ?? 0), 6);
  expect(second).toBeCloseTo(0.5 * (scores[1] ?? 0), 6);
});

test('without terms, words or documents there is nothing to score', () => {
  const none = toQueryTerms(new Int32Array(0));
  expect([...bm25(countTerms(none, packTexts([text([1])])), new Float64Array(0))]).toEqual([0]);
  expect([...bm25(count(text([])), Float64Array.of(1, 1))]).toEqual([0]);
  expect([...bm25(count(), Float64Array.of(1, 1))]).toEqual([]);
});

test('the rows of a range add up, and ranges may overlap or be empty', () => {
  const rows = count(text([7]), text([7, 9]), text([9, 5, 6]), text([7]));
  const ranges = { first: Int32Array.of(0, 1, 2, 4), end: Int32Array.of(2, 4, 3, 4) };
  expect(read(sumRanges(rows, ranges))).toEqual([
    { length: 3, 0: 2, 1: 1 },
    { length: 6, 0: 2, 1: 2 },
    { length: 3, 1: 1 },
    { length: 0 },
  ]);
});
