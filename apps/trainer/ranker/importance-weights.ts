import { forEachInteraction, type TrainingExamples } from './examples.ts';

/** No display counts more than so many others. */
const clip = 10;

/**
 * How much each display counts, 1 on average: the inverse of the chance that it was shown as it was, clipped (Bottou
 * et al. 2013; Joachims et al. 2017), so that the rare swaps are heard. That chance is the least of its options'; what
 * was picked plays no part, or the weights would bias the fit. A user's displays count together at most `mostOfUser`:
 * nobody can vote more by voting oftener.
 */
export function importanceWeights(picks: TrainingExamples, mostOfUser: number): Float64Array {
  const byUser = new Float64Array(picks.users.reduce((most, user) => Math.max(most, user + 1), 0));
  for (const user of picks.users) byUser[user] = (byUser[user] ?? 0) + 1;
  const weights = new Float64Array(picks.picked.length);
  let total = 0;
  forEachInteraction(picks, (display, from, to) => {
    const own = byUser[picks.users[display] ?? 0] ?? 1;
    const weight = Math.min(clip, 1 / leastPropensity(picks, from, to)) * Math.min(1, mostOfUser / own);
    weights[display] = weight;
    total += weight;
  });
  return weights.map((weight) => (weight * weights.length) / total);
}

function leastPropensity({ propensities }: TrainingExamples, from: number, to: number): number {
  return Math.max(1e-6, Math.min(...propensities.subarray(from, to)));
}
