import type { Comparison } from '@learning-loop/db/schema/training';
import type { RatioSums } from '@learning-loop/db/training/variant-stats';

/** The size of difference that is found soonest, as a share; fixed before any look. */
const expected = 0.05;
/** Fewer than these say nothing that the normal approximation could be trusted with. */
const fewest = { users: 20, answers: 40 };

/**
 * Compares two rates by a mixture sequential probability ratio test with a normal mixture (Robbins 1970; Johari,
 * Pekelis and Walsh 2017, "Always valid inference"), so that looking at every moment is safe. Users are the units: the
 * variance of Σy / Σn is the one between users (delta method), because picks of one user are alike. Null while there
 * is too little to go by.
 */
export function compareRates(control: RatioSums, variant: RatioSums, alpha: number): Comparison | null {
  if ([control, variant].some(({ users, n }) => users < fewest.users || n < fewest.answers)) return null;
  const difference = variant.y / variant.n - control.y / control.n;
  const v = varianceOf(control) + varianceOf(variant);
  const t = expected ** 2;
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

/** Of the rate Σy / Σn; never less than that of independent answers, with one success and one failure added. */
function varianceOf({ users, n, y, nn, yy, ny }: RatioSums): number {
  const rate = y / n;
  const between = (yy - 2 * rate * ny + rate ** 2 * nn) / n ** 2;
  const smoothed = (y + 1) / (n + 2);
  return Math.max((between * users) / (users - 1), (smoothed * (1 - smoothed)) / n);
}
