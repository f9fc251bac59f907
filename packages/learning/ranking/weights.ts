import data from './weights.json' with { type: 'json' };

export interface RankerWeights {
  version: number;
  /** Of the softmax that turns scores into confidences. */
  temperature: number;
  weights: Record<string, number>;
}

export const shippedWeights: RankerWeights = data;
