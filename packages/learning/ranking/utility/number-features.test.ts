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

test('the first number of each unit counts, of at most eight units', () => {
  expect(readNumbers('5 stops, 7 stops')).toEqual([{ unit: 'stop', value: 5 }]);
  const units = 'ab cd ef gh ij kl mn op qr'.split(' ');
  expect(readNumbers(units.map((unit, i) => `${i} ${unit}`).join(', '))).toHaveLength(8);
  expect(readNumbers('3 As and 4 As')).toEqual([{ unit: 'as', value: 3 }]);
});

test.each([
  // Relative to the mean of 10, and by how many are less and more of the three others.
  { texts: ['4 m', '10 m', '10 m', '16 m'], amounts: [-0.6, 0, 0, 0.6], orders: [-0.5, 0, 0, 0.5] },
  // A difference of 3 times the mean is cut to 1.5.
  { texts: ['0 m', '0 m', '0 m', '16 m'], amounts: [-1, -1, -1, 1.5], orders: [-1 / 6, -1 / 6, -1 / 6, 0.5] },
])('the numbers of $texts are scaled', ({ texts, amounts, orders }) => {
  const numbers = scaled(...texts).map(([first]) => first);
  expect(numbers.map((one) => one?.amount)).toEqual(amounts.map((amount) => expect.closeTo(amount, 9)));
  expect(numbers.map((one) => one?.order)).toEqual(orders.map((order) => expect.closeTo(order, 9)));
});

test.each(['no change', 'without changes', 'zero changes', 'None changes'])(
  '"%s" is less than "1 change"',
  (none) => {
    expect(scaled(none, '1 change')[0]).toEqual([{ unit: 'change', amount: -1, order: -0.5 }]);
  },
);

test.each(['casino change', 'a change', 'no % at all'])('"%s" is no number of changes', (text) => {
  expect(scaled(text, '1 change, 2%')).toEqual([[], []]);
});
