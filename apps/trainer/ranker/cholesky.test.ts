import fc from 'fast-check';
import { expect, it } from 'vitest';
import { solveCholesky } from './cholesky.ts';

const solve = (a: number[], b: number[]) => [...solveCholesky(Float64Array.from(a), Float64Array.from(b))];

it('solves two equations, by hand: 4x + 2y = 8 and 2x + 3y = 7', () => {
  const [x, y] = solve([4, 2, 2, 3], [8, 7]);
  expect(x).toBeCloseTo(1.25, 12);
  expect(y).toBeCloseTo(1.5, 12);
});

it('solves three equations whose triangle is 2; 1, 3; 4, 5, 6', () => {
  // [2 0 0; 1 3 0; 4 5 6] times its transpose, and that times (1, 2, 3).
  const a = [4, 2, 8, 2, 10, 19, 8, 19, 77];
  expect(solve(a, [32, 79, 277])).toEqual([1, 2, 3]);
});

it.each([
  ['a negative determinant', [1, 2, 2, 1]],
  ['equal rows', [1, 1, 1, 1]],
  ['zeros only', [0, 0, 0, 0]],
  ['a value that is not a number', [Number.NaN, 0, 0, 1]],
])('refuses %s', (_, a) => {
  expect(() => solve(a, [1, 1])).toThrow(new RangeError('the matrix is not positive definite'));
});

it('leaves the matrix and the right side as they were', () => {
  const [a, b] = [Float64Array.of(4, 2, 2, 3), Float64Array.of(8, 7)];
  solveCholesky(a, b);
  expect([[...a], [...b]]).toEqual([
    [4, 2, 2, 3],
    [8, 7],
  ]);
});

const size = 4;
const numbers = (count: number) =>
  fc.array(fc.integer({ min: -5, max: 5 }), { minLength: count, maxLength: count });

it('finds the x from which the right side was made, for any triangle with ones and more on its diagonal', () => {
  fc.assert(
    fc.property(numbers(size * size), numbers(size), (drawn, x) => {
      const row = (i: number) =>
        drawn.slice(i * size, i * size + i + 1).map((value, k) => (k === i ? 1 + Math.abs(value) : value));
      const dot = (one: number[], other: number[]) =>
        one.reduce((sum, value, k) => sum + value * (other[k] ?? 0), 0);
      const places = Array.from({ length: size }, (_, i) => i);
      const a = places.map((i) => places.map((k) => dot(row(i), row(k))));
      const solved = solve(
        a.flat(),
        a.map((line) => dot(line, x)),
      );
      for (const [i, value] of x.entries()) expect(solved[i]).toBeCloseTo(value, 4);
    }),
  );
});
