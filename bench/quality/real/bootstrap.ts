import { numbersFrom, sample } from '../random.ts';

const rounds = 1000;
const seed = 20261130;

/**
 * The 95 % interval of a mean by bootstrap: cases are drawn again with replacement, 1,000 times with a fixed seed
 * (Efron and Tibshirani 1993, percentile interval). Where cases share an author, give one mean for each author.
 */
export function bootstrapMean(values: readonly number[]): { mean: number; low: number; high: number } {
  if (values.length === 0) throw new RangeError('no cases to draw from');
  const random = numbersFrom(seed);
  const means = Array.from({ length: rounds }, () => meanOf(values.map(() => sample(values, random))));
  means.sort((a, b) => a - b);
  const at = (share: number) => means[Math.floor(share * (rounds - 1))] ?? Number.NaN;
  return { mean: meanOf(values), low: at(0.025), high: at(0.975) };
}

/** `81.3 % (78.0 to 84.4)` of numbers from 0 to 1. */
export function formatShare(values: readonly number[]): string {
  const { mean, low, high } = bootstrapMean(values);
  return `${(100 * mean).toFixed(1)} % (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
