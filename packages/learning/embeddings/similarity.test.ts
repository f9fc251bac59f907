import { expect, test } from 'vitest';
import { center, cosineToQuery, meanDirection, meanVector, referenceTexts } from './similarity.ts';

const axis = (...values: number[]) => Float32Array.of(...values);
const known: Record<string, Float32Array> = { east: axis(1, 0, 0, 0), between: axis(0.6, 0.8, 0, 0) };
const embeddingOf = (text: string) => known[text] ?? null;

test.each([
  { query: 'east', cosines: [1, expect.closeTo(0.6, 6), null] },
  { query: 'nobody knows', cosines: [null, null, null] },
])('the cosines to "$query" are $cosines, null where a text is unknown', ({ query, cosines }) => {
  const memories = ['east', 'between', '?'].map((content) => ({ content }));
  expect(cosineToQuery(query, memories, embeddingOf)).toEqual(cosines);
});

test('the mean direction has the length 1, counts the known vectors, and needs the first', () => {
  const [x, y] = [axis(1, 0, 0, 0), axis(0, 1, 0, 0)];
  expect([...(meanDirection([x, null, y, undefined]) ?? [])]).toEqual([
    expect.closeTo(Math.SQRT1_2, 6),
    expect.closeTo(Math.SQRT1_2, 6),
    0,
    0,
  ]);
  expect(meanDirection([null, x])).toBeNull();
  expect(meanDirection([undefined])).toBeNull();
  // The vectors themselves stay as they are.
  expect([...x]).toEqual([1, 0, 0, 0]);
});

test('the mean of no vectors is unknown', () => {
  expect([...(meanVector([axis(1, 0, 2, 0), axis(3, 0, 0, 0)]) ?? [])]).toEqual([2, 0, 1, 0]);
  expect(meanVector([])).toBeUndefined();
  expect(meanVector(null)).toBeUndefined();
});

test('a centered vector is the way from the mean, at length 1', () => {
  const vector = axis(4, 5, 0, 0);
  const centered = center(axis(1, 1, 0, 0), vector);
  expect([...centered]).toEqual([expect.closeTo(0.6, 6), expect.closeTo(0.8, 6), 0, 0]);
  expect([...vector]).toEqual([4, 5, 0, 0]);
});

test('the reference texts are two dozen, each another one of some words', () => {
  expect(new Set(referenceTexts).size).toBe(24);
  for (const text of referenceTexts) expect(text.split(' ').length).toBeGreaterThanOrEqual(4);
});
