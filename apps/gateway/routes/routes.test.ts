import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCaller } from '../testing/callers.ts';
import { gatewayForTest } from '../testing/test-gateway.ts';

let gateway: Awaited<ReturnType<typeof gatewayForTest>>;
beforeAll(async () => {
  gateway = await gatewayForTest();
});
afterAll(() => gateway[Symbol.asyncDispose]());

test('the OpenAPI document describes every route, and errors have one shape', async () => {
  const { body } = await gateway.get('/docs/json');
  expect(Object.keys(body.paths)).toEqual(
    expect.arrayContaining([
      '/v1/hypothesize',
      '/v1/execute',
      '/v1/feedback',
      '/v1/interactions/{interaction_id}',
    ]),
  );
  const missing = await gateway.get('/v1/nothing');
  expect(missing).toEqual({
    status: 404,
    body: { error: { code: 'no_such_route', message: expect.stringContaining('/docs') } },
  });
});

test('feedback is accepted for an interaction of the user’s own', async () => {
  const asked = await gateway.post('/v1/hypothesize', { user_id: 'ada', input_text: 'build api' });
  const { interaction_id } = asked.body;
  const say = (said: object) => gateway.post('/v1/feedback', { user_id: 'ada', interaction_id, ...said });
  expect((await say({ type: 'thumbs_up' })).status).toBe(202);
  expect((await say({ type: 'rating', value: 5 })).status).toBe(202);
  expect((await say({ type: 'comment', value: 'too brief' })).status).toBe(202);
  expect((await say({ type: 'rating', value: 6 })).status).toBe(400);
  expect((await say({ type: 'comment' })).status).toBe(400);
  expect((await say({ type: 'applause' })).status).toBe(400);
  expect((await say({ type: 'thumbs_up', user_id: 'bob' })).status).toBe(404);
  const owed = await gateway.db.selectFrom('outbox').select(['event', 'pending']).execute();
  expect(owed).toEqual(Array(3).fill({ event: 'feedback.given', pending: ['training-log', 'persona'] }));
});

test('of an unknown user nothing is known', async () => {
  const persona = await gateway.get('/v1/users/nobody/persona');
  expect(persona.body).toEqual({
    facets: { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 },
    interaction_count: 0,
    updated_at: null,
  });
  expect((await gateway.get('/v1/users/nobody/memories')).body).toEqual({ memories: [], next_cursor: null });
});

test.each(['limit=0', 'limit=x', 'type=other', 'cursor=nonsense', 'unknown=1'])(
  'memories refuse %s',
  async (query) => {
    expect((await gateway.get(`/v1/users/ada/memories?${query}`)).status).toBe(400);
  },
);

test('a dataset is asked for and listed', async () => {
  const asked = await gateway.server.inject({ method: 'POST', url: '/v1/training/datasets' });
  expect(asked.statusCode).toBe(202);
  const { body } = await gateway.get('/v1/training/datasets');
  expect(body.builds).toMatchObject([{ build_id: asked.json().build_id, status: 'queued', error: null }]);
});

test('says whether it is live and ready, and what it measures', async () => {
  expect((await gateway.server.inject('/livez')).statusCode).toBe(200);
  expect((await gateway.get('/readyz')).body).toMatchObject({ outbox_pending: expect.any(Number) });
  expect((await gateway.server.inject('/metrics')).statusCode).toBe(200);
});

test('tells the public whether it is ready, and readers how much is waiting', async () => {
  await createCaller(gateway.db, 'admin');
  const reader = await createCaller(gateway.db, 'reader', 'globex');
  const app = await createCaller(gateway.db, 'app');
  const ready = async (headers = {}) => (await gateway.server.inject({ url: '/readyz', headers })).json();
  const known = { status: 'ready', missing: [] };
  await expect.poll(() => ready()).toEqual(known);
  expect(await ready(app)).toEqual(known);
  expect(await ready({ authorization: 'Bearer nonsense' })).toEqual(known);
  expect(await ready(reader)).toEqual({
    ...known,
    outbox_pending: expect.any(Number),
    oldest_pending_ms: expect.toSatisfy((ms: unknown) => ms === null || typeof ms === 'number'),
  });
});
