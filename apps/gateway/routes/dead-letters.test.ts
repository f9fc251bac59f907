import { insertDeadLetter } from '@learning-loop/db/loop/dead-letters';
import { loadPending } from '@learning-loop/db/loop/outbox';
import { expect, test } from 'vitest';
import { gatewayForTest } from '../testing/test-gateway.ts';

type Gateway = Awaited<ReturnType<typeof gatewayForTest>>;

/** A pick that the memory worker has given up on. */
async function givenUp(gateway: Gateway): Promise<string> {
  const asked = { user_id: 'ada', input_text: 'build api' };
  const { interaction_id } = (await gateway.post('/v1/hypothesize', asked)).body;
  const { event_id } = (await gateway.post('/v1/execute', { ...asked, interaction_id, hypothesis_id: 'h1' }))
    .body;
  const [row] = await loadPending(gateway.db, 'memory', [event_id]);
  if (!row) throw new Error('The pick is not owed.');
  await gateway.db
    .transaction()
    .execute((tx) => insertDeadLetter(tx, 'memory', row, { error: 'no room', attempts: 8 }));
  return event_id;
}

const letters = async (gateway: Gateway) => (await gateway.get('/v1/dead-letters')).body.dead_letters;

const owed = async ({ db }: Gateway) =>
  await db.selectFrom('outbox').select(['event_id', 'pending']).execute();

test('lists what was given up, without what users wrote', async () => {
  await using gateway = await gatewayForTest();
  const event_id = await givenUp(gateway);
  const [letter] = await letters(gateway);
  expect(letter).toMatchObject({
    event_id,
    event: 'hypothesis.selected',
    consumer: 'memory',
    error: 'no room',
  });
  expect(JSON.stringify(letter)).not.toContain('build api');
});

test('replays one: it is owed again, and a second replay finds nothing', async () => {
  await using gateway = await gatewayForTest();
  const event_id = await givenUp(gateway);
  const [{ dead_letter_id }] = await letters(gateway);
  const url = `/v1/dead-letters/${dead_letter_id}/replay`;
  const answers = await Promise.all([gateway.post(url, {}), gateway.post(url, {})]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 404]);
  expect(await letters(gateway)).toEqual([]);
  expect(await owed(gateway)).toEqual([{ event_id, pending: ['training-log', 'persona', 'memory'] }]);
});

test('replays all, each once, however many ask', async () => {
  await using gateway = await gatewayForTest();
  const events = [await givenUp(gateway), await givenUp(gateway), await givenUp(gateway)];
  const answers = await Promise.all([1, 2].map(() => gateway.post('/v1/dead-letters/replay', {})));
  expect(answers.reduce((sum, { body }) => sum + body.replayed, 0)).toBe(3);
  expect((await owed(gateway)).map(({ event_id }) => event_id).toSorted()).toEqual(events.toSorted());
  expect((await owed(gateway)).every(({ pending }) => pending.length === 3)).toBe(true);
});
