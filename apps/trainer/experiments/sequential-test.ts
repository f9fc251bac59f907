import type { Comparison } from '@learning-loop/db/schema/training';
import type { RatioSums } from '@learning-loop/db/training/variant-stats';

/** Share at which the test is most powerful; must be fixed in advance. */
const expectedDifference = 0.05;
/** Smaller samples break the normal approximation. */
const minSample = { users: 20, answers: 40 };

/**
 * Mixture sequential probability ratio test with a normal mixture (Robbins 1970; Johari, Pekelis and Walsh 2017,
 * "Always valid inference"), valid at every evaluation. Users are the units: selections of one user are correlated,
 * so the variance of Σy / Σn is that between users (delta method). Null for small samples.
 */
export function compareRates(control: RatioSums, variant: RatioSums, alpha: number): Comparison | null {
  if ([control, variant].some(({ users, n }) => users < minSample.users || n < minSample.answers))
    return null;
  const difference = variant.y / variant.n - control.y / control.n;
  const v = rateVariance(control) + rateVariance(variant);
  const t = expectedDifference ** 2;
  const evidence = Math.sqrt(v / (v + t)) * Math.exp((t * difference ** 2) / (2 * v * (v + t)));
  const radius = Math.sqrt(((v * (v + t)) / t) * (2 * Math.log(1 / alpha) + Math.log((v + t) / v)));
  return {
    control: control.y / control.n,
    variant: variant.y / variant.n,
    difference,
    low: difference - radius,
    high: difference + radius,
    evidence,
  };
}

/** At least the variance of independent selections, with one success and one failure added. */
function rateVariance({ users, n, y, nn, yy, ny }: RatioSums): number {
  const rate = y / n;
  const between = (yy - 2 * rate * ny + rate ** 2 * nn) / n ** 2;
  const smoothed = (y + 1) / (n + 2);
  return Math.max((between * users) / (users - 1), (smoothed * (1 - smoothed)) / n);
}
