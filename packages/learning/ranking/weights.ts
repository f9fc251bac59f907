import data from './weights.json' with { type: 'json' };

/** What a trainer may replace: a weight for every feature by name, and how sharply scores become confidences. */
export interface RankerWeights {
  version: number;
  temperature: number;
  weights: Record<string, number>;
}

/** The weights that ship with the product. */
export const shippedWeights: RankerWeights = data;
