import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { LearningLoop } from './learning-loop.ts';

const interaction_id = '01a2057f-58be-77b5-ad22-32f3129e4e90';
const shown = {
  interaction_id,
  hypotheses: [{ id: 'h1', question: 'a REST API?', rationale: '', confidence: 0.6 }],
  ...{ auto_advance: false, recommended_id: 'h1' },
};

interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** A server that answers one after another as it is told, the last one again and again; undefined is never. */
async function serve(...answers: (Answer | undefined)[]) {
  const asked: { path: string; body: Record<string, unknown>; authorization?: string }[] = [];
  const answer: RequestListener = async (request, response) => {
    const body = (await request.toArray()).join('');
    const { authorization } = request.headers;
    asked.push({ path: request.url ?? '', body: JSON.parse(body), ...(authorization && { authorization }) });
    const next = answers.length > 1 ? answers.shift() : answers[0];
    if (next === undefined) return;
    response.writeHead(next.status, { 'content-type': 'application/json', ...next.headers });
    response.end(JSON.stringify(next.body));
  };
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const ask = { userId: 'ada', text: 'build api' };
const ok = (body: object) => ({ status: 200, body });
const error = (status: number, code: string, field?: string) => ({
  status,
  body: { error: { code, message: 'It says why.', field } },
});

test('a turn asks, selects and takes feedback with its own interaction and key', async () => {
  const given = { status: 202, body: { event_id: interaction_id } };
  const { url, asked } = await serve(ok(shown), ok({ enriched_prompt: 'Build a REST API.' }), given);
  const loop = new LearningLoop({ url: `${url}/`, apiKey: 'll_test' });
  const turn = await loop.turn({ ...ask, candidates: ['a REST API?', 'a CLI?'] });
  expect(turn).toMatchObject({ skipped: false, prompt: 'build api', recommended: 'h1', autoAdvance: false });
  expect(turn.hypotheses).toEqual(shown.hypotheses);
  expect(await turn.select('h1')).toBe('Build a REST API.');
  expect(turn.prompt).toBe('Build a REST API.');
  await turn.feedback({ type: 'rating', value: 5 });
  const user = { user_id: 'ada' };
  expect(asked.map(({ path, body }) => [path, body])).toEqual([
    ['/v1/hypothesize', { ...user, input_text: 'build api', candidates: ['a REST API?', 'a CLI?'] }],
    ['/v1/execute', { ...user, input_text: 'build api', interaction_id, hypothesis_id: 'h1' }],
    ['/v1/feedback', { ...user, interaction_id, type: 'rating', value: 5 }],
  ]);
  expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer ll_test']));
});

test.each([
  ['is silent', [undefined], 'no answer within 150 ms'],
  ['is overloaded', [error(503, 'overloaded')], 'It says why.'],
  ['has had enough', [error(429, 'too_many_requests')], 'It says why.'],
  ['fails', [error(500, 'internal_error')], 'It says why.'],
  [
    'stands behind a proxy that fails',
    [{ status: 502, body: 'bad gateway' }],
    'The service answered with the status 502.',
  ],
])('a service that %s is left out of the turn', async (_what, answers, skipped) => {
  const { url, asked } = await serve(...answers);
  const turn = await new LearningLoop({ url, timeoutMs: 150 }).turn(ask);
  // Retries may use up the time.
  expect([skipped, 'no answer within 150 ms']).toContain(turn.skipped);
  expect(turn).toMatchObject({ prompt: 'build api', hypotheses: [], recommended: null, interactionId: null });
  const before = asked.length;
  expect(await turn.select(null)).toBe('build api');
  await turn.feedback({ type: 'thumbs_up' });
  expect(asked, 'nobody is told of a skipped turn').toHaveLength(before);
});

test('a service that fails again and again is left out, in its own words', async () => {
  const { url, asked } = await serve(error(500, 'internal_error'));
  const turn = await new LearningLoop({ url, timeoutMs: 30_000 }).turn(ask);
  expect(turn.skipped).toBe('It says why.');
  expect(asked).toHaveLength(4);
});

test('a service that is not there is left out of the turn', async () => {
  const turn = await new LearningLoop({ url: 'http://127.0.0.1:9', timeoutMs: 150 }).turn(ask);
  expect(turn.skipped).toBeTruthy();
  expect(turn.prompt).toBe('build api');
});

test('a mistake of the caller’s is thrown, with status, code and field', async () => {
  const { url } = await serve(
    error(400, 'invalid_request', 'user_id'),
    ok(shown),
    error(409, 'already_picked'),
  );
  const loop = new LearningLoop({ url });
  const mistake = { name: 'LearningLoopError', message: 'It says why.' };
  await expect(loop.turn(ask)).rejects.toMatchObject({
    ...{ ...mistake, status: 400, code: 'invalid_request', field: 'user_id' },
  });
  const turn = await loop.turn(ask);
  await expect(turn.select('h2')).rejects.toMatchObject({ ...mistake, status: 409, code: 'already_picked' });
  expect(turn.prompt, 'as before').toBe('build api');
});

test('an outage during the selection leaves the user’s text, and a short one is bridged', async () => {
  const { url } = await serve(ok(shown), error(500, 'internal_error'), ok({ enriched_prompt: 'Build it.' }));
  const turn = await new LearningLoop({ url }).turn(ask);
  expect(await turn.select('h1')).toBe('Build it.');
  expect(turn.skipped).toBe(false);

  const silent = await serve(ok(shown), undefined);
  const late = await new LearningLoop({ url: silent.url, timeoutMs: 150 }).turn(ask);
  expect(await late.select('h1')).toBe('build api');
  expect(late.skipped).toBe('no answer within 150 ms');
});

test('the caller’s own signal ends a turn at once', async () => {
  const { url } = await serve(undefined);
  const loop = new LearningLoop({ url, timeoutMs: 60_000 });
  await expect(loop.turn({ ...ask, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
    'enough',
  );
  const controller = new AbortController();
  const turn = loop.turn({ ...ask, signal: controller.signal });
  controller.abort(new Error('left the page'));
  await expect(turn).rejects.toThrow('left the page');
});
