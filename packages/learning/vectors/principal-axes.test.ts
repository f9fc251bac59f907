import { expect, test } from 'vitest';
import { principalAxes } from './principal-axes.ts';

/** Up to their sign, which means nothing. */
const signed = (axis: number[]) => {
  const first = axis.find((value) => Math.abs(value) > 1e-9) ?? 1;
  return axis.map((value) => value * Math.sign(first));
};
const axesOf = (rows: number[][]) => principalAxes(rows).map(signed);
const near = (...axis: number[]) => axis.map((value) => expect.closeTo(value, 9));

test('the axis of the largest variance comes first', () => {
  expect(
    axesOf([
      [1, 0, 0],
      [0, 3, 0],
      [0, 0, 2],
    ]),
  ).toEqual([near(0, 1, 0), near(0, 0, 1), near(1, 0, 0)]);
});

test('correlated columns share an axis', () => {
  // The covariance is 2 × [[5, 4], [4, 5]]: eigenvalues 18 along (1, 1) and 2 along (1, −1).
  const half = Math.SQRT1_2;
  expect(
    axesOf([
      [3, 3],
      [-3, -3],
      [1, -1],
      [-1, 1],
    ]),
  ).toEqual([near(half, half), near(half, -half)]);
  expect(
    axesOf([
      [3, -3],
      [1, 1],
    ]),
  ).toEqual([near(half, -half), near(half, half)]);
});

test('the axes are the eigenvectors of the covariance, at right angles and of length 1', () => {
  const rows = Array.from({ length: 30 }, (_, i) => [0, 1, 2, 3].map((j) => Math.sin(7 * i + i * j + j * j)));
  const product = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  const axes = principalAxes(rows);
  const variances = axes.map((axis) => rows.reduce((sum, row) => sum + product(row, axis) ** 2, 0));
  expect(variances).toEqual(variances.toSorted((a, b) => b - a));
  for (const [i, axis] of axes.entries())
    for (const [j, other] of axes.entries()) {
      expect(product(axis, other)).toBeCloseTo(i === j ? 1 : 0, 9);
      const along = rows.reduce((sum, row) => sum + product(row, axis) * product(row, other), 0);
      expect(along).toBeCloseTo(i === j ? (variances[i] ?? 0) : 0, 9);
    }
});

test('no rows have no axes', () => {
  expect(principalAxes([])).toEqual([]);
});
