import { expect, test } from 'vitest';
import { addTo, dot, preferenceDirection, round, unit } from './vector.ts';

const vector = (...values: number[]) => Float32Array.of(...values);
const near = (...values: number[]) => values.map((value) => expect.closeTo(value, 6));

test('the dot product counts every place, in fours', () => {
  expect(dot(vector(1, 2, 3, 4), vector(10, 100, 1000, 10_000))).toBe(43_210);
  expect(dot(vector(0, 0, 0, 0, 1, 2, 3, 4), vector(9, 9, 9, 9, 10, 100, 1000, 10_000))).toBe(43_210);
  expect(dot(vector(), vector())).toBe(0);
});

test('a vector of the length 1 keeps its direction, in place; a zero vector stays', () => {
  const long = vector(3, 0, 0, -4);
  expect(unit(long)).toBe(long);
  expect([...long]).toEqual(near(0.6, 0, 0, -0.8));
  expect([...unit(vector(0, 0, 0, 0))]).toEqual([0, 0, 0, 0]);
});

test('a vector is added in place, times a factor', () => {
  const sum = vector(1, 2, 3, 4);
  addTo(sum, vector(1, 0, -1, 2), -2);
  expect([...sum]).toEqual([-1, 2, 5, 0]);
});

test('the preference direction leads from the mean of the siblings, and nowhere where they coincide', () => {
  const [east, north] = [vector(2, 0, 0, 0), vector(0, 2, 0, 0)];
  expect([...preferenceDirection(east, [east, north])]).toEqual(near(Math.SQRT1_2, -Math.SQRT1_2, 0, 0));
  expect([...preferenceDirection(east, [east])]).toEqual([0, 0, 0, 0]);
  // Below a millionth in every place they coincide; a millionth and more in one place is a direction.
  expect([...preferenceDirection(vector(0.9e-6, 0, 0, 0), [vector(0, 0, 0, 0)])]).toEqual([0, 0, 0, 0]);
  expect([...preferenceDirection(vector(0, -1.1e-6, 0, 0), [vector(0, 0, 0, 0)])]).toEqual(near(0, -1, 0, 0));
  expect([...east]).toEqual([2, 0, 0, 0]);
});

test('numbers are rounded to four decimals', () => {
  expect([0.123449, 0.12345, -0.5, 7].map(round)).toEqual([0.1234, 0.1235, -0.5, 7]);
});
