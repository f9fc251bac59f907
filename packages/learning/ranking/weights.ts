import data from './weights.json' with { type: 'json' };

export interface RankerWeights {
  version: number;
  /** Of the softmax that turns scores into confidences. */
  temperature: number;
  weights: Record<string, number>;
}

export const shippedWeights: RankerWeights = data;

/** Features that are utilities already: a ranker from before them counts them as they are. */
const utilities = ['own_utility', 'tenant_utility'];

/** Adds the weights that a registered ranker of an earlier version cannot have. */
export function completeWeights(ranker: RankerWeights): RankerWeights {
  const missing = ranker.version < shippedWeights.version ? utilities : [];
  const added = missing.map((name) => [name, ranker.temperature] as const);
  return { ...ranker, weights: { ...Object.fromEntries(added), ...ranker.weights } };
}
