import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { correctMemory, forgetMemory } from './correct-memories.ts';
import { listInteractionMemories, listMemories } from './memories.ts';
import { type NewMemory, supersedeOlder, upsertMemories } from './upsert-memories.ts';

const day = (n: number) => new Date(Date.UTC(2026, 0, n)).toISOString();

const learned = (said: Partial<NewMemory>): NewMemory => ({
  tenant_id: 'default',
  user_id: 'ada',
  memory_id: newId(),
  type: 'preference',
  content_key: said.content ?? '',
  content: '',
  confidence: 0.5,
  tags: [],
  slot: null,
  seen_at: day(1),
  interaction_id: newId(),
  ...said,
});

const learn = (db: Db, memories: NewMemory[]) =>
  db.transaction().execute(async (tx) => {
    await upsertMemories(tx, memories);
    await supersedeOlder(tx, memories);
  });

const page = (db: Db, userId = 'ada') =>
  listMemories(db, { tenantId: 'default', userId, withSuperseded: true, limit: 50 });

const keyOf = (memory_id: string) => ({ tenant_id: 'default', user_id: 'ada', memory_id });

test('the same meaning is one memory: counted, surer, with every interaction it came from', async () => {
  await using db = connectDb(await databaseForTest());
  await learn(db, [learned({ content: 'FastAPI' }), learned({ content: 'FastAPI', seen_at: day(2) })]);
  await learn(db, [learned({ content: 'FastAPI', seen_at: day(3) })]);
  const [memory, ...others] = await page(db);
  expect(others).toEqual([]);
  expect(memory).toMatchObject({ count: 3, confidence: 0.875 });
  expect(memory?.sources.map(({ seen_at }) => seen_at.slice(0, 10))).toEqual([
    '2026-01-03',
    '2026-01-02',
    '2026-01-01',
  ]);
});

test('in a slot the newest preference is active, and the superseded one comes back when it is newest again', async () => {
  await using db = connectDb(await databaseForTest());
  const inSlot = (content: string, at: number) => learned({ content, slot: 'framework', seen_at: day(at) });
  await learn(db, [inSlot('FastAPI', 1)]);
  await learn(db, [inSlot('Django', 2)]);
  const statuses = async () =>
    Object.fromEntries((await page(db)).map(({ content, status }) => [content, status]));
  expect(await statuses()).toEqual({ FastAPI: 'superseded', Django: 'active' });
  await learn(db, [inSlot('FastAPI', 3)]);
  expect(await statuses()).toEqual({ FastAPI: 'active', Django: 'superseded' });
});

test('memories do not depend on the order or the batches in which they are learned', async () => {
  await using db = connectDb(await databaseForTest());
  const lesson = fc.record({
    content: fc.constantFrom('FastAPI', 'Django', 'Docker'),
    at: fc.integer({ min: 1, max: 28 }),
    confidence: fc.constantFrom(0.25, 0.5, 0.75),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(lesson, { minLength: 1, maxLength: 6 }), fc.nat(), async (lessons, cut) => {
      const of = (user_id: string) =>
        lessons.map(({ content, at, confidence }) =>
          learned({
            user_id,
            content,
            confidence,
            seen_at: day(at),
            slot: content === 'Docker' ? null : 'framework',
          }),
        );
      const [forwards, backwards] = [newId(), newId()];
      await learn(db, of(forwards));
      const rest = of(backwards).reverse();
      await learn(db, rest.splice(0, cut % (lessons.length + 1)));
      await learn(db, rest);
      expect(await summary(db, backwards)).toEqual(await summary(db, forwards));
    }),
    { numRuns: 40 },
  );
});

async function summary(db: Db, userId: string) {
  const memories = await page(db, userId);
  return memories
    .map(({ content, count, confidence, status, last_seen }) => ({
      ...{ content, count, status, last_seen },
      confidence: confidence.toFixed(6),
    }))
    .sort((a, b) => (a.content < b.content ? -1 : 1));
}

test('learning never overrules what the user corrected', async () => {
  await using db = connectDb(await databaseForTest());
  await learn(db, [learned({ content: 'Django', slot: 'framework' })]);
  const [memory] = await page(db);
  const key = keyOf(memory?.memory_id ?? '');
  await correctMemory(db, key, { content: { content: 'FastAPI', content_key: 'FastAPI' } });
  await learn(db, [learned({ content: 'Django', slot: 'framework', seen_at: day(9) })]);
  await learn(db, [learned({ content: 'Flask', slot: 'framework', seen_at: day(10) })]);
  const now = Object.fromEntries((await page(db)).map(({ content, status }) => [content, status]));
  expect(now).toEqual({ FastAPI: 'active', Flask: 'superseded' });
});

test('a preference that the user switched off leaves its slot to what is learned later', async () => {
  await using db = connectDb(await databaseForTest());
  await learn(db, [learned({ content: 'Django', slot: 'framework' })]);
  const [memory] = await page(db);
  await correctMemory(db, keyOf(memory?.memory_id ?? ''), { status: 'superseded' });
  await learn(db, [learned({ content: 'Flask', slot: 'framework', seen_at: day(2) })]);
  const now = Object.fromEntries((await page(db)).map(({ content, status }) => [content, status]));
  expect(now).toEqual({ Django: 'superseded', Flask: 'active' });
});

test('a correction that says what another memory says takes its place', async () => {
  await using db = connectDb(await databaseForTest());
  await learn(db, [learned({ content: 'Djangoo' }), learned({ content: 'Django' })]);
  const wrong = (await page(db)).find(({ content }) => content === 'Djangoo');
  await correctMemory(db, keyOf(wrong?.memory_id ?? ''), {
    content: { content: 'Django', content_key: 'Django' },
  });
  expect((await page(db)).map(({ content, corrected }) => [content, corrected])).toEqual([['Django', true]]);
});

test('what the user had forgotten is not learned again, and its words are gone', async () => {
  await using db = connectDb(await databaseForTest());
  const lesson = learned({ content: 'Perl' });
  await learn(db, [lesson]);
  expect(await forgetMemory(db, keyOf(lesson.memory_id))).toBe(true);
  expect(await forgetMemory(db, keyOf(lesson.memory_id))).toBe(false);
  await learn(db, [learned({ content: 'Perl', content_key: 'Perl', seen_at: day(5) })]);
  expect(await page(db)).toEqual([]);
  expect(await listInteractionMemories(db, 'default', lesson.interaction_id)).toEqual([]);
  const { rows } = await db
    .selectFrom('memories')
    .select('content')
    .execute()
    .then((rows) => ({ rows }));
  expect(rows).toEqual([{ content: '' }]);
});

test('an older event that comes late does not write the words back into a forgotten memory', async () => {
  await using db = connectDb(await databaseForTest());
  const forgotten = learned({ content: 'Perl', seen_at: day(9) });
  await learn(db, [forgotten]);
  expect(await forgetMemory(db, keyOf(forgotten.memory_id))).toBe(true);
  await learn(db, [learned({ content: 'Perl', tags: ['perl'], slot: 'language', seen_at: day(2) })]);
  const rows = await db.selectFrom('memories').select(['content', 'tags', 'slot', 'status']).execute();
  expect(rows).toEqual([{ content: '', tags: [], slot: null, status: 'forgotten' }]);
});

test('what was learned from an interaction is listed by age, wherever the rows lie', async () => {
  await using db = connectDb(await databaseForTest());
  const interaction_id = newId();
  const [older, newer] = ['older', 'newer'].map((content) => learned({ content, interaction_id }));
  for (const memory of [newer, older]) await learn(db, memory ? [memory] : []);
  const listed = await listInteractionMemories(db, 'default', interaction_id);
  expect(listed.map(({ content }) => content)).toEqual(['older', 'newer']);
});

test('an older event that comes late does not write its words over a correction', async () => {
  await using db = connectDb(await databaseForTest());
  const said = learned({ content: 'my name is Ada', content_key: 'name', seen_at: day(9) });
  await learn(db, [said]);
  const content = { content: 'Her name is Ada', content_key: 'name' };
  expect(await correctMemory(db, keyOf(said.memory_id), { content })).toBe(true);
  await learn(db, [learned({ content: 'my name is Eda', content_key: 'name', seen_at: day(2) })]);
  expect((await page(db)).map((memory) => [memory.content, memory.confidence])).toEqual([
    ['Her name is Ada', 1],
  ]);
});

test('a correction deletes what the user said in other words, and nothing of others or of another type', async () => {
  await using db = connectDb(await databaseForTest());
  const wrong = learned({ content: 'Djangoo' });
  const others = [
    learned({ content: 'Django', user_id: 'bob' }),
    learned({ content: 'Django', tenant_id: 'other' }),
    learned({ content: 'Django', type: 'goal' }),
    learned({ content: 'Flask' }),
  ];
  await learn(db, [wrong, learned({ content: 'Django' }), ...others]);
  const content = { content: 'Django', content_key: 'Django' };
  expect(await correctMemory(db, keyOf(wrong.memory_id), { content })).toBe(true);
  const kept = await db.selectFrom('memories').select('memory_id').where('status', '=', 'active').execute();
  expect(kept.map(({ memory_id }) => memory_id).sort()).toEqual(
    [wrong, ...others].map(({ memory_id }) => memory_id).sort(),
  );
});

test('the id of another user’s memory corrects and forgets nothing', async () => {
  await using db = connectDb(await databaseForTest());
  const memory = learned({ content: 'FastAPI' });
  await learn(db, [memory]);
  const content = { content: 'Perl', content_key: 'Perl' };
  for (const whose of [{ user_id: 'bob' }, { tenant_id: 'other' }]) {
    const key = { ...keyOf(memory.memory_id), ...whose };
    expect(await correctMemory(db, key, { content })).toBe(false);
    expect(await forgetMemory(db, key)).toBe(false);
  }
  expect((await page(db)).map((one) => [one.content, one.sources.length])).toEqual([['FastAPI', 1]]);
});

test('a slot is filled for each user and tenant by itself', async () => {
  await using db = connectDb(await databaseForTest());
  const inSlot = (content: string, at: number, whose: Partial<NewMemory> = {}) =>
    learned({ content, slot: 'framework', seen_at: day(at), ...whose });
  await learn(db, [
    inSlot('FastAPI', 1),
    inSlot('Django', 8, { user_id: 'bob' }),
    inSlot('Flask', 9, { tenant_id: 'other' }),
  ]);
  await learn(db, [inSlot('Rails', 4)]);
  const rows = await db.selectFrom('memories').select(['content', 'status']).execute();
  expect(Object.fromEntries(rows.map(({ content, status }) => [content, status]))).toEqual({
    ...{ FastAPI: 'superseded', Rails: 'active', Django: 'active', Flask: 'active' },
  });
});

test('pages stay right while memories are added', async () => {
  await using db = connectDb(await databaseForTest());
  const many = Array.from({ length: 25 }, (_, n) =>
    learned({ content: `thing ${n}`, seen_at: day(1 + (n % 3)) }),
  );
  await learn(db, many);
  const seen: string[] = [];
  let after: { last_seen: Date; memory_id: string } | undefined;
  do {
    const next = await listMemories(db, {
      tenantId: 'default',
      userId: 'ada',
      withSuperseded: false,
      limit: 10,
      after,
    });
    seen.push(...next.map(({ content }) => content));
    after = next.at(-1);
    await learn(db, [learned({ content: `newcomer ${seen.length}`, seen_at: day(20) })]);
  } while (after);
  expect(seen.sort()).toEqual(many.map(({ content }) => content).sort());
});
