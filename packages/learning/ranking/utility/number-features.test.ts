import { expect, test } from 'vitest';
import { readNumbers, scaleNumbers } from './number-features.ts';

const scaled = (...texts: string[]) => scaleNumbers(texts.map(readNumbers), texts);

test.each([
  ['29.75 guilders, 108 minutes', { guilder: 29.75, minute: 108 }],
  ['€ 12,50 per month', { '€': 12.5 }],
  ['a discount of 15% and $3', { '%': 15, $: 3 }],
  ['Dannon yogurt, 8.1', { '': 8.1 }],
  ['version 2 of K2', { of: 2 }],
  ['no number', {}],
])('the numbers of "%s" by unit are %o', (text, expected) => {
  expect(Object.fromEntries(readNumbers(text).map(({ unit, value }) => [unit, value]))).toEqual(expected);
});

test('a number counts relative to those of the same unit', () => {
  const [dear, cheap] = scaled('30 guilders', '20 guilders');
  expect(dear).toEqual([{ unit: 'guilder', amount: 0.2, order: 0.5 }]);
  expect(cheap).toEqual([{ unit: 'guilder', amount: -0.2, order: -0.5 }]);
});

test('"no change" is less than "1 change"', () => {
  const [direct, other] = scaled('90 minutes, no change', '80 minutes, 1 change');
  expect(direct?.find(({ unit }) => unit === 'change')).toEqual({ unit: 'change', amount: -1, order: -0.5 });
  expect(other?.find(({ unit }) => unit === 'change')?.order).toBe(0.5);
});

test('numbers that all share, or that one text has alone, say nothing', () => {
  expect(scaled('5 minutes, 3 stops', '5 minutes')).toEqual([[], []]);
});
