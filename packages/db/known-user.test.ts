import { newId } from '@learning-loop/events/id';
import { databaseForTest } from '@learning-loop/testing/postgres';
import { expect, test } from 'vitest';
import { connectDb } from './connect.ts';
import { knownUsers } from './known-user.ts';
import { learnMemories } from './learn-memories.ts';
import { lockPersonas } from './personas.ts';

const reading = { goals: 2, preferences: 2, history: 2, choices: 2 };
const facets = { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 };

test('many users are read at once, each with what is its own, in the order asked', async () => {
  await using db = connectDb(await databaseForTest());
  const memory = (user_id: string, type: 'goal' | 'history', day: number) => ({
    ...{
      tenant_id: 'default',
      user_id,
      type,
      content: `${type} ${day}`,
      content_key: newId(),
      memory_id: newId(),
    },
    ...{
      confidence: 0.5,
      tags: [],
      slot: null,
      interaction_id: newId(),
      seen_at: `2026-01-0${day}T00:00:00Z`,
    },
  });
  await db.transaction().execute(async (tx) => {
    await learnMemories(tx, [memory('ada', 'goal', 1), memory('ada', 'goal', 2), memory('ada', 'goal', 3)]);
    await learnMemories(tx, [memory('bob', 'history', 4)]);
    await lockPersonas(tx, [{ tenant_id: 'default', user_id: 'bob' }], facets);
  });
  const asked = ['bob', 'nobody', 'ada', 'bob'].map((user_id) => ({ tenant_id: 'default', user_id }));
  const known = await knownUsers(db, asked, reading);
  expect(known.map(({ memories }) => memories.map(({ content }) => content))).toEqual([
    ['history 4'],
    [],
    ['goal 3', 'goal 2'],
    ['history 4'],
  ]);
  expect(known.map(({ persona }) => persona?.interaction_count)).toEqual([0, undefined, undefined, 0]);
});
