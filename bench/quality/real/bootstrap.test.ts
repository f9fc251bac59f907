import { expect, test } from 'vitest';
import { bootstrapMean, formatShare } from './bootstrap.ts';

test('the interval of a share is about two standard errors to both sides', () => {
  const values = Array.from({ length: 400 }, (_, i) => Number(i % 2 === 0));
  const { mean, low, high } = bootstrapMean(values);
  expect(mean).toBe(0.5);
  expect(low).toBeCloseTo(0.451, 1);
  expect(high).toBeCloseTo(0.549, 1);
  expect(low).toBeGreaterThan(0.43);
  expect(high).toBeLessThan(0.57);
});

test('cases that are all alike leave no doubt', () => {
  expect(formatShare([1, 1, 1])).toBe('100.0 % (100.0 to 100.0)');
});

test('no cases have no mean', () => {
  expect(() => bootstrapMean([])).toThrow('no cases');
});
