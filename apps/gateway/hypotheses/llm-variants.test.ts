import { fiveCandidates, modelServer, sendContent, sendJson } from '@learning-loop/llm/testing/model-server';
import { type TestContext, test } from 'vitest';
import { gatewayForTest } from '../testing/test-gateway.ts';

/** A gateway with a model server that has these models; it answers 404 for any other. */
async function stage(models: string[], onTestFinished: TestContext['onTestFinished']) {
  const server = await modelServer((response, { model }) => {
    if (models.includes(model)) sendContent(response, JSON.stringify(fiveCandidates));
    else sendJson(response, 404, { error: { message: `no model ${model}` } });
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const gateway = await gatewayForTest({
    SLM_IMPL: 'vllm',
    VLLM_BASE_URL: server.url,
    VLLM_MODEL_NAME: 'small',
    LLM_ALLOWED_MODELS: 'tuned,gone,elsewhere',
    // A busy machine is not what is tested here.
    ...{ LLM_TIMEOUT_MS: '30000', LLM_MAX_CONCURRENCY: '50' },
  });
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  const answeredBy = async (user_id: string): Promise<string> => {
    const { body } = await gateway.post('/v1/hypothesize', { user_id, input_text: 'deploy api' });
    return body.model_id;
  };
  return { gateway, answeredBy };
}

test.concurrent('the language model that was promoted is asked, and who answered is said', async ({
  expect,
  onTestFinished,
}) => {
  const { gateway, answeredBy } = await stage(['small', 'tuned'], onTestFinished);
  const registered = await gateway.post('/v1/models', { kind: 'llm', model: 'tuned' });
  expect(registered).toEqual({ status: 201, body: { model_id: 'tuned', status: 'candidate' } });
  expect((await gateway.post('/v1/models/tuned/promote', {})).status).toBe(200);
  expect(await answeredBy('ada')).toBe('vllm/tuned');
  const { body } = await gateway.get('/v1/models');
  expect(body.models).toMatchObject([
    { model_id: 'tuned', kind: 'llm', status: 'active', artifact: { provider: 'vllm', model: 'tuned' } },
    { model_id: 'shipped', kind: 'ranker', status: 'active' },
    { model_id: 'configured', kind: 'llm', status: 'retired', artifact: { model: 'small' } },
  ]);
  expect((await gateway.post('/v1/models/tuned/rollback', {})).status).toBe(200);
  await expect.poll(() => answeredBy('ada'), { timeout: 20_000, interval: 250 }).toBe('vllm/small');
});

test.concurrent('a user is always dealt the same language model, which counts for what comes of it even when the rules answer', async ({
  expect,
  onTestFinished,
}) => {
  const { gateway, answeredBy } = await stage(['small'], onTestFinished);
  await gateway.post('/v1/models', { model_id: 'mine', kind: 'llm', model: 'gone' });
  const variants = [
    { model_id: 'configured', weight: 0.5 },
    { model_id: 'mine', weight: 0.5 },
  ];
  expect((await gateway.post('/v1/experiments', { variants })).status).toBe(201);
  const users = Array.from({ length: 40 }, (_, n) => `user-${n}`);
  const first = await Promise.all(users.map(answeredBy));
  expect(await Promise.all(users.map(answeredBy))).toEqual(first);
  const ruled = first.filter((model) => model === 'rules').length;
  expect(ruled).toBeGreaterThan(5);
  expect(ruled).toBeLessThan(35);
  const { body } = await gateway.get('/v1/metrics/learning?by=model');
  expect(body.rows).toMatchObject([
    { key: 'configured', interactions: 2 * (40 - ruled) },
    { key: 'mine', interactions: 2 * ruled, users: ruled },
    { key: 'shipped', interactions: 80 },
  ]);
  const candidates = ['the first', 'the second'];
  await gateway.post('/v1/hypothesize', { user_id: 'user-0', input_text: 'x', candidates });
  const rows = await gateway.db.selectFrom('interactions').select('llm_id').execute();
  expect(
    rows.filter(({ llm_id }) => llm_id === null),
    'the caller proposed',
  ).toHaveLength(1);
});

test.concurrent('an experiment that would compare nothing is refused', async ({ expect, onTestFinished }) => {
  const { gateway } = await stage([], onTestFinished);
  await gateway.post('/v1/models', { model_id: 'ranks', kind: 'ranker', weights: { prior: 1 } });
  await gateway.post('/v1/models', { kind: 'llm', model: 'tuned' });
  await gateway.post('/v1/models', { kind: 'llm', model: 'elsewhere' });
  const artifact = JSON.stringify({ provider: 'openai', model: 'elsewhere' });
  await gateway.db.updateTable('models').set({ artifact }).where('model_id', '=', 'elsewhere').execute();
  const refusal = async (...ids: string[]) => {
    const variants = ids.map((model_id) => ({ model_id, weight: 0.5 }));
    const { status, body } = await gateway.post('/v1/experiments', { variants });
    return [status, body.error.code];
  };
  expect(await refusal('configured', 'ranks')).toEqual([404, 'no_such_model']);
  expect(await refusal('ranks', 'tuned')).toEqual([404, 'no_such_model']);
  expect(await refusal('tuned', 'configured')).toEqual([400, 'invalid_request']);
  expect(await refusal('configured', 'elsewhere')).toEqual([409, 'not_served_here']);
});

test.concurrent('a model that is none, or that no server has, is refused', async ({ expect }) => {
  await using gateway = await gatewayForTest();
  for (const [model, status] of [
    [{ kind: 'llm' }, 400],
    [{ kind: 'llm', model: 'tuned', weights: { prior: 1 } }, 400],
    [{ kind: 'ranker', model: 'tuned' }, 400],
    [{ kind: 'llm', model: 'a model' }, 400],
    [{ kind: 'llm', model: 'tuned' }, 409],
  ] as const) {
    const answer = await gateway.post('/v1/models', model);
    expect(answer.status, JSON.stringify([model, answer.body])).toBe(status);
  }
});
