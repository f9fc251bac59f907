import { register } from 'prom-client';
import { expect, test } from 'vitest';
import { connectLlm } from './model.ts';
import { facetRequest, proposeRequest, silent } from './testing/model-server.ts';

const llm = connectLlm({ impl: 'rules' }, silent, register);

test('the rules propose three questions and say so', async () => {
  const { candidates, model_id } = await llm.propose(proposeRequest());
  expect(new Set(candidates.map(({ question }) => question)).size).toBeGreaterThanOrEqual(3);
  expect(model_id).toBe('rules');
});

test('the rules change facets and say so', async () => {
  const { deltas, decided_by, reason } = await llm.facetDeltas(facetRequest());
  expect(deltas.step_by_step).toBeGreaterThan(0);
  expect(decided_by).toBe('rules');
  expect(reason).not.toBe('');
});
