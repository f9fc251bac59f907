import { expect, test } from 'vitest';
import { quantile } from './quantile.ts';

test('takes the nearest rank, whatever the order', () => {
  const upTo100 = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(quantile(upTo100, 0.5)).toBe(50);
  expect(quantile(upTo100, 0.99)).toBe(99);
  expect(quantile([7], 0.99)).toBe(7);
  expect(quantile([], 0.5)).toBeNaN();
});
