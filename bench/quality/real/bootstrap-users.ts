import { numbersFrom, sample } from '../random.ts';

const rounds = 1000;
const seed = 20261130;

interface Sum {
  total: number;
  count: number;
}

export interface Interval {
  mean: number;
  low: number;
  high: number;
}

/**
 * Mean of all values with its 95 % interval by bootstrap, where users are drawn with all of their values: those of one
 * user are not independent (Efron and Tibshirani 1993, percentile interval).
 */
export function bootstrapByUser(values: readonly number[], users: readonly string[]): Interval {
  const byUser = new Map<string, Sum>();
  for (const [i, user] of users.entries()) {
    const sum = byUser.get(user) ?? { total: 0, count: 0 };
    byUser.set(user, { total: sum.total + (values[i] ?? 0), count: sum.count + 1 });
  }
  const sums = [...byUser.values()];
  const random = numbersFrom(seed);
  const means = Array.from({ length: rounds }, () => meanOf(sums.map(() => sample(sums, random))));
  means.sort((a, b) => a - b);
  const at = (share: number) => means[Math.floor(share * (rounds - 1))] ?? Number.NaN;
  return { mean: meanOf(sums), low: at(0.025), high: at(0.975) };
}

function meanOf(sums: readonly Sum[]): number {
  const total = sums.reduce((sum, one) => sum + one.total, 0);
  return total / sums.reduce((sum, { count }) => sum + count, 0);
}
