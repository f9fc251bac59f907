import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayForTest } from '../testing/test-gateway.ts';

const candidates = ['the first option', 'the second option'];

it.concurrent('serves the promoted ranker, and after a rollback the one before, saying who ranked', async ({
  expect,
}) => {
  await using gateway = await gatewayForTest();
  const weights = { prior: -1 };
  expect((await gateway.post('/v1/models', { model_id: 'mine', kind: 'ranker', weights })).status).toBe(201);
  expect((await gateway.post('/v1/models', { model_id: 'mine', kind: 'ranker', weights })).status).toBe(409);
  await expect.poll(() => rankerOf(gateway, 'ada')).toBe('shipped');

  const promoted = await gateway.post('/v1/models/mine/promote', { reason: 'I trust it' });
  expect(promoted).toEqual({ status: 200, body: { model_id: 'mine', status: 'active' } });
  await expect.poll(() => rankerOf(gateway, 'ada'), { timeout: 10_000, interval: 250 }).toBe('mine');
  expect((await gateway.post('/v1/models/mine/promote', {})).status).toBe(409);

  expect((await gateway.post('/v1/models/mine/rollback', { reason: 'I do not' })).status).toBe(200);
  await expect.poll(() => rankerOf(gateway, 'ada'), { timeout: 10_000, interval: 250 }).toBe('shipped');
  const { body } = await gateway.get('/v1/models');
  expect(
    body.models.map((model: { model_id: string; status: string }) => [model.model_id, model.status]),
  ).toEqual([
    ['mine', 'retired'],
    ['shipped', 'active'],
  ]);
  expect(body.changes.map((change: { reason: string }) => change.reason)).toEqual([
    'rolled back: I do not',
    'I trust it',
  ]);
});

it.concurrent('gives a user always the same variant, and every variant its share of the users', async ({
  expect,
}) => {
  await using gateway = await gatewayForTest();
  await gateway.post('/v1/models', { model_id: 'canary', kind: 'ranker', weights: { prior: 1 } });
  const variants = [
    { model_id: 'shipped', weight: 0.7 },
    { model_id: 'canary', weight: 0.3 },
  ];
  expect((await gateway.post('/v1/experiments', { variants })).status).toBe(201);
  expect((await gateway.post('/v1/experiments', { variants })).status).toBe(409);
  const users = Array.from({ length: 200 }, (_, i) => `user-${i}`);
  const first = await Promise.all(users.map((user) => rankerOf(gateway, user)));
  const again = await Promise.all(users.map((user) => rankerOf(gateway, user)));
  expect(again).toEqual(first);
  const canaries = first.filter((ranker) => ranker === 'canary').length;
  // 35 is 5.4 standard deviations: one run in ten million fails by chance.
  expect(canaries).toBeGreaterThan(200 * 0.3 - 35);
  expect(canaries).toBeLessThan(200 * 0.3 + 35);

  const metrics = await gateway.get('/v1/metrics/learning?by=model&window=1d');
  expect(metrics.body.rows).toMatchObject([
    { key: 'canary', interactions: 2 * canaries, answers: 0, first_place_rate: null },
    { key: 'shipped', interactions: 400 - 2 * canaries, answers: 0, first_place_rate: null },
  ]);
});

it.concurrent('counts first places, selections, satisfaction and overrides', async ({ expect }) => {
  await using gateway = await gatewayForTest();
  for (const [user, choice] of [
    ['a', 'h1'],
    ['b', 'h1'],
    ['c', 'h2'],
    ['d', null],
  ] as const) {
    const asked = await gateway.post('/v1/hypothesize', { user_id: user, input_text: 'which', candidates });
    const { interaction_id } = asked.body;
    const pick = { user_id: user, input_text: 'which', hypothesis_id: choice, interaction_id };
    expect((await gateway.post('/v1/execute', pick)).status).toBe(200);
    const type = choice === 'h1' ? 'thumbs_up' : 'thumbs_down';
    await gateway.post('/v1/feedback', { user_id: user, interaction_id, type });
  }
  const expected = {
    ...{ interactions: 4, users: 4, answers: 4, selection_rate: 0.75, first_place_rate: 0.5 },
    ...{ auto_advance_rate: 0, override_rate: null, satisfaction: 0.5, feedback: 4, return_rate: null },
  };
  const byModel = await gateway.get('/v1/metrics/learning?by=model');
  expect(byModel.body.rows).toEqual([{ key: 'shipped', ...expected }]);
  const byDay = await gateway.get('/v1/metrics/learning?by=day&window=24h');
  expect(byDay.body.rows).toMatchObject([expected]);
});

// A refused request leaves nothing behind: one gateway is enough.
describe('the registry', () => {
  let gateway: Awaited<ReturnType<typeof gatewayForTest>>;
  beforeAll(async () => {
    gateway = await gatewayForTest();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  it.each([
    [{ kind: 'ranker', weights: {} }],
    [{ kind: 'ranker', weights: { prior: 1e9 } }],
    [{ kind: 'ranker', weights: { prior: 'much' } }],
    [{ kind: 'oracle', weights: { prior: 1 } }],
    [{ kind: 'ranker', weights: { prior: 1 }, tenant_id: 'other' }],
  ])('refuses the model %j', async (model) => {
    expect((await gateway.post('/v1/models', model)).status).toBe(400);
  });

  it.each([
    [[{ model_id: 'shipped', weight: 1 }], 400],
    [
      [
        { model_id: 'shipped', weight: 0.5 },
        { model_id: 'shipped', weight: 0.5 },
      ],
      400,
    ],
    [
      [
        { model_id: 'shipped', weight: 0.5 },
        { model_id: 'nobody', weight: 0.5 },
      ],
      404,
    ],
    [
      [
        { model_id: 'shipped', weight: 0.5 },
        { model_id: 'nobody', weight: 0.4 },
      ],
      400,
    ],
  ])('refuses the experiment %j', async (variants, status) => {
    expect((await gateway.post('/v1/experiments', { variants })).status).toBe(status);
  });
});

async function rankerOf(gateway: Awaited<ReturnType<typeof gatewayForTest>>, user: string): Promise<string> {
  const asked = await gateway.post('/v1/hypothesize', { user_id: user, input_text: 'which', candidates });
  const { ranker_id } = await gateway.db
    .selectFrom('interactions')
    .select('ranker_id')
    .where('interaction_id', '=', asked.body.interaction_id)
    .executeTakeFirstOrThrow();
  return ranker_id;
}
