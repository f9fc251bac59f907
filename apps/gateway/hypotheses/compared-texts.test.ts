import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundContents, boundSelections, fitLength } from './compared-texts.ts';

test.each([
  [[], 10, Number.POSITIVE_INFINITY],
  [[3, 4], 10, Number.POSITIVE_INFINITY],
  [[5, 5], 10, Number.POSITIVE_INFINITY],
  [[1, 100, 100], 11, 5],
  [[100], 10, 10],
  [[2, 2, 2, 1_000], 100, 94],
  [[7, 7, 7], 0, 0],
])('texts of %j characters with %i together are cut to %d', (lengths, budget, expected) => {
  expect(fitLength(lengths, budget)).toBe(expected);
});

test('what is left fits into the budget, fills it, and cuts only what is longer than the rest', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(lengths, fc.integer({ min: 0, max: 5_000 }), (all, budget) => {
      const longest = fitLength(all, budget);
      const sum = (length: number) => all.reduce((chars, one) => chars + Math.min(one, length), 0);
      expect(sum(longest)).toBeLessThanOrEqual(
        budget < sum(Number.POSITIVE_INFINITY) ? budget : sum(longest),
      );
      if (longest !== Number.POSITIVE_INFINITY) expect(sum(longest + 1)).toBeGreaterThan(budget);
    }),
  );
});

const at = new Date();

test('selections are cut in what the user typed and in what was shown; the rest of them stays', () => {
  const selection = {
    ...{ input_text: 'a'.repeat(100), at, user_id: 'ada' },
    shown: [
      { question: 'b'.repeat(100), chosen: true },
      { question: 'short', chosen: false },
    ],
  };
  expect(boundSelections([selection], 65)).toEqual([
    {
      ...{ input_text: 'a'.repeat(30), at, user_id: 'ada' },
      shown: [
        { question: 'b'.repeat(30), chosen: true },
        { question: 'short', chosen: false },
      ],
    },
  ]);
  expect(boundSelections([selection], 205)).toEqual([selection]);
});

test('a cut never leaves half of a character', () => {
  const [memory] = boundContents([{ content: '😀😀😀' }], 3);
  expect(memory?.content.isWellFormed()).toBe(true);
  expect(memory?.content).toHaveLength(3);
});
