import { parseAllowedModels, toModelPrices } from '@learning-loop/llm/config';
import { expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { gatewayForTest } from '../testing/test-gateway.ts';
import { isAllowedModel } from './allowed-models.ts';

test('models are allowed by name, with prices of their own or those of all', () => {
  const allowed = parseAllowedModels(' gpt-4o-mini , gpt-4o=2.5/10,org/model:7b=0/0,');
  expect([...allowed]).toEqual([
    ['gpt-4o-mini', null],
    ['gpt-4o', { input: 2.5, output: 10 }],
    ['org/model:7b', { input: 0, output: 0 }],
  ]);
  expect(toModelPrices(allowed)).toEqual({
    'gpt-4o': { input: 2.5, output: 10 },
    'org/model:7b': { input: 0, output: 0 },
  });
});

test.each(['gpt-4o=', 'gpt-4o=1', 'gpt-4o=-1/2', 'gpt 4o', '=1/2', 'a=1/2/3', 'a=x/y'])(
  '%j is refused at start',
  (text) => {
    const env = { DATABASE_URL: 'postgres://x/y', LLM_ALLOWED_MODELS: `small,${text}` };
    expect(() => readConfig(env)).toThrow(`LLM_ALLOWED_MODELS has "${text}"`);
  },
);

const vllm = { SLM_IMPL: 'vllm', VLLM_BASE_URL: 'http://127.0.0.1:1', VLLM_MODEL_NAME: 'small' };

test('a tenant registers and promotes only what the configuration allows', async () => {
  await using gateway = await gatewayForTest({ ...vllm, LLM_ALLOWED_MODELS: 'tuned' });
  const register = (model: string, model_id = model) =>
    gateway.post('/v1/models', { kind: 'llm', model, model_id });
  for (const model of ['expensive', 'tuned-2', 'Tuned', 'small/..', 'org/tuned'])
    expect(await register(model, `id-${model.replaceAll(/\W/gu, '')}`), model).toMatchObject({
      status: 403,
      body: { error: { code: 'model_not_allowed' } },
    });
  expect((await register('tuned')).status).toBe(201);
  expect((await register('small', 'same-as-configured')).status).toBe(201);

  // Registered while another configuration allowed it.
  const artifact = JSON.stringify({ provider: 'vllm', model: 'expensive' });
  const row = {
    tenant_id: 'default',
    model_id: 'old',
    kind: 'llm',
    status: 'candidate',
    parent_id: null,
  } as const;
  await gateway.db
    .insertInto('models')
    .values({ ...row, dataset_version: null, metrics: '{}', reason: 'by hand', artifact })
    .execute();
  expect(await gateway.post('/v1/models/old/promote', {})).toMatchObject({
    status: 409,
    body: { error: { code: 'model_not_allowed' } },
  });
});

test('what the trainer has tuned serves without being named, and what was registered by hand does not', () => {
  const config = readConfig({ DATABASE_URL: 'postgres://x/y', ...vllm });
  expect(isAllowedModel(config, { model: 'ft:small:1', dataset_version: '20261130' })).toBe(true);
  expect(isAllowedModel(config, { model: 'ft:small:1', dataset_version: null })).toBe(false);
  expect(isAllowedModel(config, { model: 'small', dataset_version: null })).toBe(true);
});

test('a model serves in experiments of its kind, unless it was rejected or is of another provider', async () => {
  await using gateway = await gatewayForTest({ ...vllm, LLM_ALLOWED_MODELS: 'tuned' });
  const row = { parent_id: null, dataset_version: null, metrics: '{}', reason: 'it was worse' };
  const insert = (
    model_id: string,
    kind: 'ranker' | 'llm',
    status: 'candidate' | 'rejected',
    artifact: object,
  ) =>
    gateway.db
      .insertInto('models')
      .values({ ...row, tenant_id: 'default', model_id, kind, status, artifact: JSON.stringify(artifact) })
      .execute();
  await insert('good', 'llm', 'candidate', { provider: 'vllm', model: 'tuned' });
  await insert('tuned by the trainer', 'llm', 'candidate', { provider: 'vllm', model: 'tuned' });
  await insert('rejected', 'llm', 'rejected', { provider: 'vllm', model: 'tuned' });
  await insert('elsewhere', 'llm', 'candidate', { provider: 'openai', model: 'tuned' });
  await insert('expensive', 'llm', 'candidate', { provider: 'vllm', model: 'expensive' });
  await insert('ranks', 'ranker', 'candidate', { version: 1, temperature: 1, weights: {} });
  await insert('bad', 'ranker', 'rejected', { version: 1, temperature: 1, weights: {} });
  const begin = async (...ids: string[]) => {
    const variants = ids.map((model_id) => ({ model_id, weight: 0.5 }));
    const { status, body } = await gateway.post('/v1/experiments', { variants });
    return [status, body.error?.code, body.error?.message];
  };
  expect(await begin('configured', 'rejected')).toEqual([
    409,
    'wrong_status',
    'rejected was rejected: it was worse.',
  ]);
  expect(await begin('shipped', 'bad')).toEqual([409, 'wrong_status', 'bad was rejected: it was worse.']);
  expect(await begin('configured', 'elsewhere')).toEqual([
    ...[409, 'not_served_here'],
    'elsewhere is a model of openai, and SLM_IMPL is vllm; set SLM_IMPL=openai first.',
  ]);
  expect(await begin('configured', 'expensive')).toEqual([
    ...[409, 'model_not_allowed'],
    'expensive is not one of the models that the operator allows; ask for it to be named in LLM_ALLOWED_MODELS.',
  ]);
  expect(await begin('shipped', 'good')).toEqual([
    ...[404, 'no_such_model'],
    'There is no language model shipped; GET /v1/models lists them.',
  ]);
  expect(await begin('shipped', 'nobody')).toEqual([
    ...[404, 'no_such_model'],
    'There is no ranker nobody; GET /v1/models lists them.',
  ]);
  expect(await begin('configured', 'good')).toEqual([201, undefined, undefined]);
  expect(await begin('shipped', 'ranks')).toEqual([201, undefined, undefined]);
});
