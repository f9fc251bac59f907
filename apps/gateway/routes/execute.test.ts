import { openInspector } from '@learning-loop/queue/inspector';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import pino from 'pino';
import { expect, test } from 'vitest';
import { readConfig } from '../config.ts';
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

test('who asks for what there is not is told what there is', async () => {
  await using gateway = await gatewayForTest();
  const shown = await ask(gateway);
  const unknown = '00000000-0000-7000-8000-000000000000';
  const messages: string[] = [];
  for (const said of [{ input_text: 'never asked' }, { interaction_id: unknown }, { hypothesis_id: 'h9' }])
    messages.push((await pick(gateway, said)).body.error.message);
  const advice = 'call /v1/hypothesize first and send its interaction_id.';
  expect(messages).toEqual([
    `This user has no interaction with this input_text; ${advice}`,
    `This user has no interaction ${unknown}; ${advice}`,
    `Interaction ${shown} showed h1, h2, h3; send one of these, or null for none of them.`,
  ]);
});

test('of the same text the newest 20 interactions are looked at, and the newest selection stands', async () => {
  await using gateway = await gatewayForTest();
  const ids: string[] = [];
  for (let n = 0; n < 21; n += 1) ids.push(await ask(gateway));
  const newest = ids.toReversed();
  expect((await pick(gateway, { interaction_id: newest[0], hypothesis_id: null })).status).toBe(200);
  for (const id of newest.slice(1, 19))
    expect((await pick(gateway, { interaction_id: id })).status).toBe(200);
  // The 20th is open, and so is the 21st.
  expect((await pick(gateway, { hypothesis_id: 'h2' })).body.interaction_id).toBe(newest[19]);
  const { status, body } = await pick(gateway, { hypothesis_id: 'h3' });
  expect([status, body.error.code]).toEqual([409, 'already_picked']);
  expect(body.error.message).toBe(
    `The pick for interaction ${newest[0]} was "none of these" and stands; call /v1/hypothesize for a new choice.`,
  );
  // The same as an older one: of that it is a repeated call.
  expect((await pick(gateway, { hypothesis_id: 'h2' })).body.interaction_id).toBe(newest[19]);
});

test('an id may be written in capitals', async () => {
  await using gateway = await gatewayForTest();
  const interaction_id = await ask(gateway);
  const { status, body } = await pick(gateway, { interaction_id: interaction_id.toUpperCase() });
  expect([status, body.interaction_id]).toEqual([200, interaction_id]);
});

test('selections are counted by model, place and whether they advanced, each once', async () => {
  await using gateway = await gatewayForTest();
  for (const said of [
    { hypothesis_id: 'h1' },
    { hypothesis_id: 'h1', auto_advanced: true },
    { hypothesis_id: 'h3' },
    { hypothesis_id: null },
  ]) {
    const interaction_id = await ask(gateway);
    for (const _ of [1, 2]) expect((await pick(gateway, { interaction_id, ...said })).status).toBe(200);
  }
  const { body: text } = await gateway.server.inject('/metrics');
  const counted = text.split('\n').filter((line) => line.startsWith('learning_loop_choices_total{'));
  const line = (outcome: string, advanced: boolean) =>
    `learning_loop_choices_total{model="rules",outcome="${outcome}",auto_advanced="${advanced}"} 1`;
  expect(counted.sort()).toEqual(
    [line('first', false), line('first', true), line('other', false), line('none', false)].sort(),
  );
});

test('an accepted selection is published to its three consumers, and a repeated call to nobody', async () => {
  const env = { DATABASE_URL: await databaseForTest() };
  await using gateway = await gatewayForTest(env);
  const interaction_id = await ask(gateway);
  for (const _ of [1, 2]) expect((await pick(gateway, { interaction_id })).status).toBe(200);
  await pick(gateway, { interaction_id: await ask(gateway) });
  await using inspector = openInspector(readConfig(env), pino({ level: 'silent' }));
  await inspector.opened;
  const jobs = async () =>
    Promise.all(
      (['training-log', 'memory', 'persona'] as const).map(async (consumer) =>
        Object.values(await inspector.counts(consumer)).reduce((sum, count) => sum + count, 0),
      ),
    );
  // Two selections, one after the other: two jobs of one event each.
  await expect.poll(jobs, { timeout: 20_000 }).toEqual([2, 2, 2]);
});
