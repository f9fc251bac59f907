import { expect, onTestFinished, test } from 'vitest';
import { gatewayForTest } from '../testing/test-gateway.ts';

const long = { input_text: 'build an api '.repeat(400), candidates: ['Build it', 'Leave it'] };

async function gatewayWith(env: NodeJS.ProcessEnv) {
  const gateway = await gatewayForTest(env);
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  return gateway;
}
type Gateway = Awaited<ReturnType<typeof gatewayWith>>;

/** Selects the hypothesis with this text, and returns both answers. */
async function select(
  { post }: Gateway,
  request: { input_text: string; candidates: string[] },
  text: string,
) {
  const user_id = 'ada';
  const { body: asked } = await post('/v1/hypothesize', { user_id, ...request });
  const chosen = asked.hypotheses.find(({ question }: { question: string }) => question === text);
  const { input_text } = request;
  const { interaction_id } = asked;
  const { body } = await post('/v1/execute', {
    ...{ user_id, input_text, interaction_id, hypothesis_id: chosen.id },
  });
  return { asked, prompt: body };
}

test.each(['100', '400'])('an enriched prompt has at most PROMPT_TOKEN_BUDGET=%s tokens', async (budget) => {
  const gateway = await gatewayWith({ PROMPT_TOKEN_BUDGET: budget });
  const { prompt } = await select(gateway, long, 'Build it');
  expect(prompt.tokens_estimate).toBeLessThanOrEqual(Number(budget));
  expect(prompt.tokens_estimate).toBeGreaterThan(0.8 * Number(budget));
});

test.each([
  ['0', false],
  ['1', true],
])('EXPLORATION_RATE=%s is the probability of a swap of two', async (rate, swaps) => {
  const gateway = await gatewayWith({ EXPLORATION_RATE: rate });
  const request = { user_id: 'ada', input_text: 'build api', candidates: ['Build it', 'Leave it'] };
  const { body } = await gateway.post('/v1/hypothesize', request);
  const { body: shown } = await gateway.get(`/v1/interactions/${body.interaction_id}`);
  // Of two, the one pair is swapped, or not, with certainty.
  expect(shown.hypotheses.map(({ propensity }: { propensity: number }) => propensity)).toEqual([1, 1]);
  const best = (await (await gatewayWith({ EXPLORATION_RATE: '0' })).post('/v1/hypothesize', request)).body;
  expect(body.hypotheses[0].question !== best.hypotheses[0].question).toBe(swaps);
});

test.each([
  ['0.5', true],
  ['1', false],
])('from AUTO_ADVANCE_THRESHOLD=%s on, a confidence is enough to go on: %s', async (threshold, advances) => {
  const gateway = await gatewayWith({ AUTO_ADVANCE_THRESHOLD: threshold });
  const request = { input_text: 'build api', candidates: ['Build it with FastAPI', 'Build it with Rails'] };
  // A confidence counts once it rests on 40 outcomes.
  for (let i = 0; i < 40; i += 1) await select(gateway, request, 'Build it with FastAPI');
  const { body } = await gateway.post('/v1/hypothesize', { user_id: 'ada', ...request });
  expect(body.hypotheses[0].confidence).toBeGreaterThan(0.5);
  expect(body.hypotheses[0].confidence).toBeLessThan(1);
  expect(body.auto_advance).toBe(advances);
});
