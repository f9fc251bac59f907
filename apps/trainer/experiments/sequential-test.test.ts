import type { RatioSums } from '@learning-loop/db/training/variant-stats';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareRates } from './sequential-test.ts';

/** Users with `each` answers, all right or all wrong. */
const sums = (users: number, right: number, each = 1): RatioSums => ({
  users,
  n: users * each,
  y: right * each,
  nn: users * each ** 2,
  yy: right * each ** 2,
  ny: right * each ** 2,
});

it('gives the interval of the mixture test, by hand: 50 of 100 against 80 of 100', () => {
  // v = ½ × ½ / 99 between users, and 81⁄102 × 21⁄102 / 100 with one success and one failure added; τ² = 0.05².
  expect(compareRates(sums(100, 50), sums(100, 80), 0.05)).toEqual({
    control: 0.5,
    variant: 0.8,
    difference: expect.closeTo(0.3, 12),
    low: expect.closeTo(0.032_381_597_19, 10),
    high: expect.closeTo(0.567_618_402_81, 10),
    evidence: expect.closeTo(45.830_034_75, 6),
  });
});

it('is less sure of four answers each by 50 users, who answer alike, than of 100 users', () => {
  // v = ½ × ½ / 49 + 0.8 × 0.2 / 49.
  expect(compareRates(sums(50, 25, 4), sums(50, 40, 4), 0.05)).toEqual({
    control: 0.5,
    variant: 0.8,
    difference: expect.closeTo(0.3, 12),
    low: expect.closeTo(-0.176_898_607_46, 10),
    high: expect.closeTo(0.776_898_607_46, 10),
    evidence: expect.closeTo(3.023_729_009_7, 8),
  });
});

it('takes users of whom each is right half of the time for as sure as single answers, not for certain', () => {
  // No variance between users: 101⁄202 × 101⁄202 / 200 of each.
  const halves = { users: 100, n: 200, y: 100, nn: 400, yy: 100, ny: 200 };
  const { low, high } = compareRates(halves, halves, 0.05) ?? { low: 0, high: 0 };
  const [v, t] = [0.0025, 0.0025];
  const radius = Math.sqrt(((v * (v + t)) / t) * (2 * Math.log(20) + Math.log(2)));
  expect([low, high]).toEqual([expect.closeTo(-radius, 12), expect.closeTo(radius, 12)]);
});

const enough = { ...sums(20, 10, 2) };

it.each([
  ['20 users with 40 answers each', enough, enough, true],
  ['19 users of the control', { ...enough, users: 19 }, enough, false],
  ['19 users of the variant', enough, { ...enough, users: 19 }, false],
  ['39 answers of the control', { ...enough, n: 39 }, enough, false],
  ['39 answers of the variant', enough, { ...enough, n: 39 }, false],
])('of %s: compared is %4$s', (_, control, variant, compared) => {
  expect(compareRates(control, variant, 0.05) !== null).toBe(compared);
});

const samples = fc
  .tuple(fc.integer({ min: 40, max: 2_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([users, share]) => sums(users, Math.round(users * share)));

it('has an interval around the difference that leaves out 0 where the evidence is above 1 / alpha, and only there', () => {
  fc.assert(
    fc.property(samples, samples, fc.constantFrom(0.1, 0.05, 0.01), (control, variant, alpha) => {
      const { low, high, difference, evidence } =
        compareRates(control, variant, alpha) ?? expect.fail('null');
      expect((low + high) / 2).toBeCloseTo(difference, 10);
      expect(low > 0 || high < 0).toBe(evidence > 1 / alpha);
    }),
  );
});
