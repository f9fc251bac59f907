import { expect, test } from 'vitest';
import { gatewayForTest } from '../testing/test-gateway.ts';

type Gateway = Awaited<ReturnType<typeof gatewayForTest>>;

const ask = async (gateway: Gateway, input_text = 'build api', user_id = 'ada'): Promise<string> =>
  (await gateway.post('/v1/hypothesize', { user_id, input_text })).body.interaction_id;

const pick = (gateway: Gateway, said: object) =>
  gateway.post('/v1/execute', { user_id: 'ada', input_text: 'build api', hypothesis_id: 'h1', ...said });

const owed = ({ db }: Gateway) => db.selectFrom('outbox').select(['event_id', 'pending']).execute();

test('answers the enriched prompt and owes the learning to three consumers', async () => {
  await using gateway = await gatewayForTest();
  const interaction_id = await ask(gateway);
  const { status, body } = await pick(gateway, { interaction_id });
  expect(status).toBe(200);
  expect(body.interaction_id).toBe(interaction_id);
  expect(body.enriched_prompt).toContain('build api');
  expect(body.tokens_estimate).toBeGreaterThan(0);
  expect(body.context_breakdown).toEqual({ goal: 0, pref: 0, history: 0 });
  expect(await owed(gateway)).toEqual([
    { event_id: body.event_id, pending: ['training-log', 'memory', 'persona'] },
  ]);
});

test('the same call again gets the same answer and teaches nothing twice', async () => {
  await using gateway = await gatewayForTest();
  const interaction_id = await ask(gateway);
  const first = await pick(gateway, { interaction_id });
  expect(await pick(gateway, { interaction_id })).toEqual(first);
  expect(await pick(gateway, {})).toEqual(first);
  expect(await owed(gateway)).toHaveLength(1);
});

test('another pick for the same interaction is a conflict that names the one that stands', async () => {
  await using gateway = await gatewayForTest();
  const interaction_id = await ask(gateway);
  await pick(gateway, { interaction_id });
  const { status, body } = await pick(gateway, { interaction_id, hypothesis_id: 'h2' });
  expect(status).toBe(409);
  expect(body.error.message).toContain('h1');
  expect((await pick(gateway, { interaction_id, hypothesis_id: null })).status).toBe(409);
  expect(await owed(gateway)).toHaveLength(1);
});

test('of many calls at once for one interaction one pick is accepted, whoever wins', async () => {
  await using gateway = await gatewayForTest();
  const interaction_id = await ask(gateway);
  const picks = Array.from({ length: 30 }, (_, n) =>
    pick(gateway, { interaction_id, hypothesis_id: `h${1 + (n % 3)}` }),
  );
  const answers = await Promise.all(picks);
  const accepted = answers.filter(({ status }) => status === 200);
  expect(accepted).toHaveLength(10);
  expect(new Set(accepted.map(({ body }) => body.event_id)).size).toBe(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(20);
  expect(await owed(gateway)).toHaveLength(1);
});

test('without an interaction id it is the newest open interaction with this text', async () => {
  await using gateway = await gatewayForTest();
  const older = await ask(gateway);
  const newer = await ask(gateway);
  await ask(gateway, 'deploy api');
  expect((await pick(gateway, {})).body.interaction_id).toBe(newer);
  expect((await pick(gateway, {})).body.interaction_id).toBe(newer);
  expect((await pick(gateway, { hypothesis_id: 'h2' })).body.interaction_id).toBe(older);
});

test('null says that none of them fitted', async () => {
  await using gateway = await gatewayForTest();
  const interaction_id = await ask(gateway);
  expect((await pick(gateway, { interaction_id, hypothesis_id: null })).status).toBe(200);
  const { body } = await gateway.get(`/v1/interactions/${interaction_id}`);
  expect(body).toMatchObject({ status: 'selected', selected_id: null, learned: false });
});

test.each([
  ['no_such_interaction', 404, { input_text: 'never asked' }],
  ['no_such_interaction', 404, { interaction_id: '00000000-0000-7000-8000-000000000000' }],
  ['no_such_interaction', 404, { user_id: 'somebody else' }],
  ['no_such_hypothesis', 404, { hypothesis_id: 'h9' }],
  ['invalid_request', 400, { interaction_id: 'not a uuid' }],
  ['invalid_request', 400, { hypothesis_id: 1 }],
  ['invalid_request', 400, { hypothesis_id: undefined }],
])('%s: %j', async (code, status, said) => {
  await using gateway = await gatewayForTest();
  await ask(gateway);
  const answer = await pick(gateway, said);
  expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  expect(await owed(gateway)).toEqual([]);
});

test('a text that is not the interaction’s is refused', async () => {
  await using gateway = await gatewayForTest();
  const interaction_id = await ask(gateway);
  const { status, body } = await pick(gateway, { interaction_id, input_text: 'something else' });
  expect([status, body.error.code]).toEqual([422, 'input_text_differs']);
});

test('nobody selects for another user, even with that user’s interaction id and text', async () => {
  await using gateway = await gatewayForTest();
  const interaction_id = await ask(gateway);
  const { status, body } = await pick(gateway, { interaction_id, user_id: 'bob' });
  expect([status, body.error?.code]).toEqual([404, 'no_such_interaction']);
  expect(await owed(gateway)).toEqual([]);
  expect((await pick(gateway, { interaction_id })).status).toBe(200);
});
