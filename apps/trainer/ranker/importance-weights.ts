import { forEachInteraction, type TrainingExamples } from './examples.ts';

const clip = 10;

/**
 * Clipped inverse propensities, 1 on average (Bottou et al. 2013; Joachims et al. 2017), so rare swaps count. The
 * propensity is the minimum over all hypotheses: if it depended on the selection, the fit would be biased. Limiting a
 * user's total weight keeps frequent users from dominating.
 */
export function importanceWeights(examples: TrainingExamples, maxPerUser: number): Float64Array {
  const byUser = new Float64Array(examples.users.reduce((most, user) => Math.max(most, user + 1), 0));
  for (const user of examples.users) byUser[user] = (byUser[user] ?? 0) + 1;
  const weights = new Float64Array(examples.selected.length);
  let total = 0;
  forEachInteraction(examples, (interaction, from, to) => {
    const own = byUser[examples.users[interaction] ?? 0] ?? 1;
    const weight = Math.min(clip, 1 / minPropensity(examples, from, to)) * Math.min(1, maxPerUser / own);
    weights[interaction] = weight;
    total += weight;
  });
  return weights.map((weight) => (weight * weights.length) / total);
}

function minPropensity({ propensities }: TrainingExamples, from: number, to: number): number {
  return Math.max(1e-6, Math.min(...propensities.subarray(from, to)));
}
