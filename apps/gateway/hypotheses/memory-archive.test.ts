import type { Db } from '@learning-loop/db/connect';
import { upsertMemories } from '@learning-loop/db/users/upsert-memories';
import { newId } from '@learning-loop/events/ids';
import { expect, test } from 'vitest';
import { gatewayForTest } from '../testing/test-gateway.ts';

type Gateway = Awaited<ReturnType<typeof gatewayForTest>>;

const start = Date.parse('2026-01-01T00:00:00Z');
const dayMs = 86_400_000;

/** One history a day, from the given day on. */
async function remember(db: Db, contents: string[], firstDay: number, tenant_id = 'default'): Promise<void> {
  const memories = contents.map((content, n) => ({
    ...{ tenant_id, user_id: 'ada', memory_id: newId(), type: 'history' as const, content_key: newId() },
    ...{ content, confidence: 0.8, tags: [], slot: null, interaction_id: newId() },
    seen_at: new Date(start + (firstDay + n) * dayMs).toISOString(),
  }));
  await db.transaction().execute((tx) => upsertMemories(tx, memories));
}

const smallTalk = (count: number, about = 'weather') =>
  Array.from({ length: count }, (_, n) => `Bob: The ${about} was fine on day ${n}, we stayed at home.`);

/** What the enriched prompt says of a question. */
async function ask({ post }: Gateway, input_text: string): Promise<string> {
  const request = { user_id: 'ada', input_text };
  const { interaction_id } = (await post('/v1/hypothesize', request)).body;
  const answer = await post('/v1/execute', { ...request, interaction_id, hypothesis_id: null });
  return answer.body.enriched_prompt;
}

/** Their ids, of each interaction in order. */
async function usedMemories({ db }: Gateway): Promise<string[][]> {
  const rows = await db
    .selectFrom('interactions')
    .select('used_memories')
    .orderBy('interaction_id')
    .execute();
  return rows.map(({ used_memories }) => used_memories.map(({ memory_id }) => memory_id));
}

const fact = 'Ada: I am allergic to peanuts, the doctor says.';
const question = 'What is Ada allergic to?';

test('what was said 500 memories ago stands in the prompt and among the memories used, of this tenant alone', async () => {
  await using gateway = await gatewayForTest();
  await remember(gateway.db, [fact, ...smallTalk(500)], 0);
  await remember(gateway.db, ['Ada: I am allergic to cats.', ...smallTalk(500)], 0, 'other');
  const prompt = await ask(gateway, question);
  expect(prompt).toContain(fact);
  expect(prompt).not.toContain('cats');
  const [used] = await usedMemories(gateway);
  const found = await gateway.db
    .selectFrom('memories')
    .select('memory_id')
    .where('content', '=', fact)
    .execute();
  expect(used?.[0]).toBe(found[0]?.memory_id);
});

test('what is forgotten, superseded or corrected is gone with the next request, however old it is', async () => {
  await using gateway = await gatewayForTest();
  const dog = 'Ada: My dog is called Waffle.';
  const boat = 'Ada: My boat is called Heron.';
  await remember(gateway.db, [fact, dog, boat, ...smallTalk(300)], 0);
  const idOf = async (content: string) =>
    (await gateway.db.selectFrom('memories').select('memory_id').where('content', '=', content).execute())[0]
      ?.memory_id;
  const urlOf = async (content: string) => `/v1/users/ada/memories/${await idOf(content)}`;
  expect(await ask(gateway, question)).toContain(fact);
  expect(await ask(gateway, 'What is the name of the dog of Ada?')).toContain(dog);
  expect(await ask(gateway, 'What is the name of the boat of Ada?')).toContain(boat);

  await gateway.patch(await urlOf(boat), { content: 'Ada: My boat is called Gull.' });
  const afterwards = await ask(gateway, 'What is the name of the boat of Ada?');
  expect(afterwards).not.toContain(boat);
  expect(afterwards).toContain('Gull');
  expect((await usedMemories(gateway)).at(-1)).toContain(await idOf('Ada: My boat is called Gull.'));
  await gateway.patch(await urlOf(dog), { status: 'superseded' });
  expect(await ask(gateway, 'What is the name of the dog of Ada?')).not.toContain(dog);
  await gateway.server.inject({ method: 'DELETE', url: await urlOf(fact) });
  expect(await ask(gateway, question)).not.toContain(fact);
});

test('what leaves the newest 200 after the others were read is still found', async () => {
  await using gateway = await gatewayForTest();
  await remember(gateway.db, [...smallTalk(300), fact], 0);
  expect(await ask(gateway, 'What is the weather?')).toContain('weather');
  await remember(gateway.db, smallTalk(150, 'garden'), 301);
  expect(await ask(gateway, question)).toContain(fact);
  await remember(gateway.db, smallTalk(250, 'kitchen'), 451);
  expect(await ask(gateway, question)).toContain(fact);
  expect(await ask(gateway, 'How was the kitchen on day 7?')).toContain('kitchen was fine on day 7,');
});
