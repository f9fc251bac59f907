import { expect, test } from 'vitest';
import { completeWeights, shippedWeights } from './weights.ts';

test('a ranker from before utilities counts them as they are, whatever its temperature', () => {
  const { weights } = completeWeights({ version: 1, temperature: 0.5, weights: { prior: 2 } });
  expect(weights).toEqual({ prior: 2, own_utility: 0.5, tenant_utility: 0.5 });
});

test('weights that a ranker has are kept, and those of this version are not completed', () => {
  const ranker = { version: 1, temperature: 1, weights: { own_utility: 0 } };
  expect(completeWeights(ranker).weights).toEqual({ own_utility: 0, tenant_utility: 1 });
  expect(completeWeights({ ...ranker, version: shippedWeights.version }).weights).toEqual({ own_utility: 0 });
});
