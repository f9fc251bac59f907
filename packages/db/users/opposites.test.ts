import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { correctMemory } from './correct-memories.ts';
import { listMemories } from './memories.ts';
import { type NewMemory, supersedeOlder, upsertMemories } from './upsert-memories.ts';

const day = (n: number) => new Date(Date.UTC(2026, 0, n)).toISOString();

/** `!Docker` is the dislike of `Docker`; likings share the slot "tool". */
const learned = (key: string, at: number, user_id = 'ada'): NewMemory => ({
  tenant_id: 'default',
  user_id,
  memory_id: newId(),
  type: 'preference',
  content_key: key,
  content: key,
  confidence: 0.5,
  tags: [],
  slot: key.startsWith('!') ? null : 'tool',
  seen_at: day(at),
  interaction_id: newId(),
});

const learn = (db: Db, memories: NewMemory[]) =>
  db.transaction().execute(async (tx) => {
    await upsertMemories(tx, memories);
    await supersedeOlder(tx, memories);
  });

const list = (db: Db, userId = 'ada') =>
  listMemories(db, { tenantId: 'default', userId, withSuperseded: true, limit: 50 });

const listActive = async (db: Db) =>
  (await list(db))
    .filter(({ status }) => status === 'active')
    .map(({ content }) => content)
    .sort();

test('a dislike supersedes the liking of the same thing, and the other way round', async () => {
  await using db = connectDb(await databaseForTest());
  await learn(db, [learned('Docker', 1)]);
  await learn(db, [learned('!Docker', 2)]);
  expect(await listActive(db)).toEqual(['!Docker']);
  await learn(db, [learned('Docker', 3)]);
  expect(await listActive(db)).toEqual(['Docker']);
});

test('of a liking and a dislike of the same moment the dislike is active', async () => {
  await using db = connectDb(await databaseForTest());
  await learn(db, [learned('Docker', 1), learned('!Docker', 1)]);
  expect(await listActive(db)).toEqual(['!Docker']);
});

test('a newer liking in the slot leaves dislikes as they are, and revives nothing', async () => {
  await using db = connectDb(await databaseForTest());
  await learn(db, [learned('Docker', 1)]);
  await learn(db, [learned('!Docker', 2)]);
  await learn(db, [learned('Podman', 3)]);
  expect(await listActive(db)).toEqual(['!Docker', 'Podman']);
  await learn(db, [learned('!Podman', 4)]);
  expect(await listActive(db)).toEqual(['!Docker', '!Podman']);
});

test('likings and dislikes do not depend on the order or the batches in which they are learned', async () => {
  await using db = connectDb(await databaseForTest());
  const preference = fc.tuple(
    fc.constantFrom('Docker', '!Docker', 'Podman', '!Podman'),
    fc.integer({ min: 1, max: 9 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(preference, { minLength: 1, maxLength: 6 }), fc.nat(), async (said, cut) => {
      const [forwards, backwards] = [newId(), newId()];
      await learn(
        db,
        said.map(([key, at]) => learned(key, at, forwards)),
      );
      const rest = said.map(([key, at]) => learned(key, at, backwards)).reverse();
      await learn(db, rest.splice(0, cut % (said.length + 1)));
      await learn(db, rest);
      const statuses = async (user: string) =>
        Object.fromEntries((await list(db, user)).map(({ content, status }) => [content, status]));
      expect(await statuses(backwards)).toEqual(await statuses(forwards));
    }),
    { numRuns: 40, seed: 20261130 },
  );
});

test('a liking that is corrected to a dislike gives up its slot, and no later liking overrules it', async () => {
  await using db = connectDb(await databaseForTest());
  const wrong = learned('Docker', 1);
  await learn(db, [wrong]);
  const { tenant_id, user_id, memory_id } = wrong;
  const content = { content: '!Docker', content_key: '!Docker', slot: null };
  await correctMemory(db, { tenant_id, user_id, memory_id }, { content });
  await learn(db, [learned('Docker', 5), learned('Podman', 4)]);
  expect(await listActive(db)).toEqual(['!Docker', 'Podman']);
});

test('of two corrections that contradict each other the later one is active', async () => {
  await using db = connectDb(await databaseForTest());
  const [liking, other] = [learned('Docker', 1), learned('Compose', 1)];
  await learn(db, [liking, { ...other, slot: null }]);
  const keyOf = ({ tenant_id, user_id, memory_id }: NewMemory) => ({ tenant_id, user_id, memory_id });
  await correctMemory(db, keyOf(liking), { status: 'active' });
  const content = { content: '!Docker', content_key: '!Docker', slot: null };
  await correctMemory(db, keyOf(other), { content });
  expect(await listActive(db)).toEqual(['!Docker']);
});

test('new words for a superseded liking leave a dislike active that the user confirmed', async () => {
  await using db = connectDb(await databaseForTest());
  await learn(db, [learned('Docker', 1)]);
  await learn(db, [learned('!Docker', 2)]);
  const ids = new Map((await list(db)).map(({ content, memory_id }) => [content, memory_id]));
  const correct = (content: string, correction: Parameters<typeof correctMemory>[2]) =>
    correctMemory(
      db,
      { tenant_id: 'default', user_id: 'ada', memory_id: ids.get(content) ?? '' },
      correction,
    );
  await correct('!Docker', { status: 'active' });
  await correct('Docker', { content: { content: 'docker', content_key: 'Docker' } });
  expect(await listActive(db)).toEqual(['!Docker']);
});
