import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { memoryOf, type Twin, twins, user_id } from '@learning-loop/testing/database/tenant-rows';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { correctMemory, forgetMemory } from './correct-memories.ts';
import {
  readEmbeddings,
  requestEmbeddings,
  requestMissingEmbeddings,
  storeEmbeddings,
  takeDueEmbeddings,
} from './embeddings.ts';
import { type NewMemory, upsertMemories } from './upsert-memories.ts';

const [acme, acme2] = twins;
const id = (n: number) => `01a00000-0000-7000-8000-00000000000${n}`;
const keyOf = ({ tenant_id }: Twin, n: number) => ({ tenant_id, user_id, memory_id: id(n) });
const start = { tenant_id: '', user_id: '', memory_id: id(0) };

const memory = (twin: Twin, n: number): NewMemory => ({
  ...memoryOf(twin, 'history', id(n)),
  ...{ content: `${twin.word} ${n}`, content_key: `key ${n}` },
});

async function databaseWith(memories: NewMemory[]): Promise<Db> {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  await db.transaction().execute((tx) => upsertMemories(tx, memories));
  return db;
}

const request = (db: Db, memories: NewMemory[]) =>
  db.transaction().execute((tx) => requestEmbeddings(tx, memories));

const listRequested = async (db: Db) =>
  (await db.selectFrom('embeddings').selectAll().orderBy('tenant_id').orderBy('memory_id').execute()).map(
    ({ tenant_id, memory_id, model }) => `${tenant_id} ${memory_id.at(-1)} ${model}`.trim(),
  );

test('an embedding is requested for what is learned, once, and not for what is forgotten', async () => {
  const learned = [memory(acme, 1), memory(acme, 2), memory(acme2, 1)];
  const db = await databaseWith(learned);
  await forgetMemory(db, keyOf(acme, 2));
  // Learned again: the row has the id of the first time.
  await request(db, [{ ...memory(acme, 1), memory_id: id(9) }, memory(acme, 2)]);
  expect(await listRequested(db)).toEqual(['acme 1']);
  await request(db, learned);
  await request(db, []);
  expect(await listRequested(db)).toEqual(['acme 1', 'acme2 1']);
});

test('the backfill goes through all memories page by page, in the order of their keys', async () => {
  const db = await databaseWith([
    memory(acme, 1),
    memory(acme, 2),
    memory(acme, 3),
    memory(acme2, 1),
    memory(acme2, 2),
  ]);
  await forgetMemory(db, keyOf(acme, 2));
  await request(db, [memory(acme2, 1)]);
  const first = await requestMissingEmbeddings(db, start, 3);
  expect(first).toEqual(keyOf(acme, 3));
  expect(await listRequested(db)).toEqual(['acme 1', 'acme 3', 'acme2 1']);
  const second = await requestMissingEmbeddings(db, first ?? start, 3);
  expect(second).toEqual(keyOf(acme2, 2));
  expect(await listRequested(db)).toEqual(['acme 1', 'acme 3', 'acme2 1', 'acme2 2']);
  expect(await requestMissingEmbeddings(db, second ?? start, 3)).toBeUndefined();
});

test('the backfill waits for a memory that is being forgotten, and then requests nothing for it', async () => {
  const db = await databaseWith([memory(acme, 1), memory(acme, 2)]);
  const [forgotten, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const forgetting = db.transaction().execute(async (tx) => {
    await forgetMemory(tx, keyOf(acme, 1));
    forgotten.resolve();
    await released.promise;
  });
  await forgotten.promise;
  const requested = requestMissingEmbeddings(db, start, 9);
  const isBlocked = async () =>
    (
      await sql`select from pg_stat_activity
        where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`.execute(db)
    ).rows.length;
  await expect.poll(isBlocked, { interval: 5, timeout: 10_000 }).toBe(1);
  released.resolve();
  await Promise.all([forgetting, requested]);
  expect(await listRequested(db)).toEqual(['acme 2']);
});

test('due is what has no vector of this model, and was not taken within the pause', async () => {
  const all = [1, 2, 3, 4].map((n) => memory(acme, n));
  const db = await databaseWith(all);
  await request(db, all);
  const set = (n: number, model: string, secondsAgo: number | null) =>
    sql`update embeddings set model = ${model}, tried_at = clock_timestamp() - ${secondsAgo}::float8 * interval '1 second'
      where memory_id = ${id(n)}`.execute(db);
  await set(1, 'bge', 900);
  await set(2, 'abc', 61);
  await set(3, 'new', 59);
  const take = async (limit = 10) =>
    (await takeDueEmbeddings(db, { model: 'bge', limit, againMs: 60_000 }))
      .map(({ content }) => content)
      .sort();
  expect(await take()).toEqual(['alpha 2', 'alpha 4']);
  expect(await take()).toEqual([]);
  await set(2, 'new', 61);
  await set(4, '', null);
  expect(await take(1)).toHaveLength(1);
  expect(await take(1)).toHaveLength(1);
});

test('two workers share what is due: what one has taken and not yet committed the other leaves', async () => {
  const all = [memory(acme, 1), memory(acme, 2)];
  const db = await databaseWith(all);
  await request(db, all);
  const take = (on: Db) => takeDueEmbeddings(on, { model: 'bge', limit: 1, againMs: 60_000 });
  const taken = await db.transaction().execute(async (tx) => [...(await take(tx)), ...(await take(db))]);
  expect(taken.map(({ content }) => content).sort()).toEqual(['alpha 1', 'alpha 2']);
});

test('vectors come back as they were stored, those of this model and of the memories asked for', async () => {
  const all = [memory(acme, 1), memory(acme, 2), memory(acme, 3), memory(acme2, 1)];
  const db = await databaseWith(all);
  await request(db, all);
  const due = await takeDueEmbeddings(db, { model: 'bge', limit: 10, againMs: 0 });
  const vectorOf = (tenant_id: string, memory_id: string) =>
    Float32Array.of(0.25, -1.5, Number(memory_id.at(-1)), tenant_id === 'acme' ? 1 : 2);
  const embedded = due.map((one) => ({ ...one, vector: vectorOf(one.tenant_id, one.memory_id) }));
  await storeEmbeddings(db, 'bge', embedded);
  await db.updateTable('embeddings').set({ model: 'old' }).where('memory_id', '=', id(2)).execute();
  const read = (twin: Twin, ids: string[], model = 'bge') =>
    readEmbeddings(db, { tenant_id: twin.tenant_id, user_id }, ids, model);
  expect(await read(acme, [id(1), id(2)])).toEqual(new Map([[id(1), Float32Array.of(0.25, -1.5, 1, 1)]]));
  expect(await read(acme2, [id(1), id(3)])).toEqual(new Map([[id(1), Float32Array.of(0.25, -1.5, 1, 2)]]));
  expect(await read(acme, [id(2)], 'old')).toEqual(new Map([[id(2), Float32Array.of(0.25, -1.5, 2, 1)]]));
  expect(await readEmbeddings(db, { tenant_id: 'acme', user_id: 'bob' }, [id(1)], 'bge')).toEqual(new Map());
});

test('a vector of words that were corrected or forgotten meanwhile, or of an earlier try, is not stored', async () => {
  const all = [1, 2, 3, 4].map((n) => memory(acme, n));
  const db = await databaseWith(all);
  await request(db, all);
  const take = () => takeDueEmbeddings(db, { model: 'bge', limit: 10, againMs: 0 });
  const taken = await take();
  await correctMemory(db, keyOf(acme, 1), { content: { content: 'corrected', content_key: 'key 1' } });
  await forgetMemory(db, keyOf(acme, 2));
  const again = (await take()).filter(({ memory_id }) => memory_id === id(3));
  const store = (rows: typeof taken, value: number) =>
    storeEmbeddings(
      db,
      'bge',
      rows.map((one) => ({ ...one, vector: Float32Array.of(value, 0, 0, 0) })),
    );
  await store(again, 2);
  await store(taken, 1);
  const found = await readEmbeddings(db, { tenant_id: 'acme', user_id }, [1, 2, 3, 4].map(id), 'bge');
  expect(found).toEqual(new Map([[id(3), Float32Array.of(2, 0, 0, 0)]]));
});
