import { connectDb, type Db } from '@learning-loop/db/connect';
import { insertEvents } from '@learning-loop/db/loop/outbox';
import { deleteUserRows } from '@learning-loop/db/privacy/user-data';
import { correctMemory, forgetMemory } from '@learning-loop/db/users/correct-memories';
import { readEmbeddings, storeEmbeddings, takeDueEmbeddings } from '@learning-loop/db/users/embeddings';
import { connectEmbedder, type Embedder } from '@learning-loop/llm/embeddings/embed';
import { embedderConfig, embeddingServer } from '@learning-loop/llm/testing/embedding-server';
import { processEvents } from '@learning-loop/queue/consumer/process-events';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { collectUserRows } from '@learning-loop/testing/database/user-rows';
import { selection } from '@learning-loop/testing/selection';
import pino from 'pino';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { embedMemories, embedNextBatch } from './embed-memories.ts';
import { extractMemories } from './extract-memories.ts';

const log = pino({ level: 'silent' });
const user = { tenant_id: 'default', user_id: 'ada' };

async function stage() {
  const url = await databaseForTest();
  const db = connectDb(url, { role: 'learning_loop_memory' });
  const owner = connectDb(url);
  const server = await embeddingServer();
  const embedderOf = (model: string): Embedder =>
    connectEmbedder(embedderConfig(server.url, { model }), log, new Registry());
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await Promise.all([db.destroy(), owner.destroy()]);
  });
  return { db, owner, server, embedderOf };
}

/** As a worker with or without an embedding model. */
async function processSelection(db: Db, owner: Db, embedded: boolean): Promise<void> {
  const event = selection();
  await owner.transaction().execute((tx) => insertEvents(tx, [{ name: 'hypothesis.selected', event }]));
  const handlers = {
    'hypothesis.selected': (events: (typeof event)[], context: Parameters<typeof extractMemories>[1]) =>
      extractMemories(events, context, embedded),
  };
  await processEvents({ db, log, consumer: 'memory', handlers }, [event.event_id]);
}

const memoriesOf = (db: Db) => db.selectFrom('memories').select(['memory_id', 'content', 'type']).execute();
const idsOf = async (db: Db) => (await memoriesOf(db)).map(({ memory_id }) => memory_id);
const embeddedBy = async (db: Db, model: string) =>
  (await readEmbeddings(db, user, await idsOf(db), model)).size;

test('memories are embedded afterwards, once; another model embeds them again', async () => {
  const { db, owner, server, embedderOf } = await stage();
  await processSelection(db, owner, true);
  expect(server.requests, 'processing does not call the model').toEqual([]);
  const count = (await idsOf(db)).length;
  const concepts = embedderOf('concepts');
  expect(await embedNextBatch(db, concepts)).toEqual({ taken: count, stored: count });
  expect(await embedNextBatch(db, concepts)).toEqual({ taken: 0, stored: 0 });
  const contents = (await memoriesOf(db)).map(({ content }) => content);
  expect(server.requests.flatMap(({ input }) => input).toSorted()).toEqual(contents.toSorted());
  expect(await embeddedBy(db, 'concepts')).toBe(count);
  await owner
    .updateTable('embeddings')
    .set({ tried_at: new Date(0) })
    .execute();
  expect(await embedNextBatch(db, embedderOf('other'))).toEqual({ taken: count, stored: count });
  expect([await embeddedBy(db, 'concepts'), await embeddedBy(db, 'other')]).toEqual([0, count]);
});

test('a model that fails leaves the memories as they are, to be tried again later', async () => {
  const { db, owner, server, embedderOf } = await stage();
  server.state.fault = (response) => response.destroy();
  await processSelection(db, owner, true);
  const count = (await idsOf(db)).length;
  expect(await embedNextBatch(db, embedderOf('concepts'))).toEqual({ taken: count, stored: 0 });
  expect(await embedNextBatch(db, embedderOf('concepts')), 'not at once').toEqual({ taken: 0, stored: 0 });
});

test('a worker embeds memories that are older than the model', async () => {
  const { db, owner, embedderOf } = await stage();
  await processSelection(db, owner, false);
  const count = (await idsOf(db)).length;
  expect(await embeddedBy(db, 'concepts')).toBe(0);
  await using _worker = embedMemories({ log }, db, embedderOf('concepts'));
  await expect.poll(() => embeddedBy(db, 'concepts'), { timeout: 10_000 }).toBe(count);
});

test('no vector outlives its text, nor the user', async () => {
  const { db, owner, embedderOf } = await stage();
  await processSelection(db, owner, true);
  await embedNextBatch(db, embedderOf('concepts'));
  const [first, second, third] = await idsOf(db);
  const key = (memory_id = '') => ({ ...user, memory_id });
  const vectorOf = async (id = '') => (await readEmbeddings(db, user, [id], 'concepts')).get(id);
  expect(await vectorOf(first)).toHaveLength(32);

  await correctMemory(owner, key(first), { content: { content: 'other words', content_key: 'other' } });
  expect(await vectorOf(first)).toBeUndefined();
  const due = await takeDueEmbeddings(db, { model: 'concepts', limit: 10, againMs: 60_000 });
  expect(due.map(({ content }) => content)).toEqual(['other words']);
  await correctMemory(owner, key(first), { content: { content: 'the last words', content_key: 'last' } });
  const vector = new Float32Array(4).fill(0.5);
  await storeEmbeddings(
    db,
    'concepts',
    due.map((memory) => ({ ...memory, vector })),
  );
  expect(await vectorOf(first), 'of words that have changed meanwhile').toBeUndefined();

  await forgetMemory(owner, key(second));
  expect(
    await owner
      .selectFrom('embeddings')
      .select('memory_id')
      .where('memory_id', '=', second ?? '')
      .execute(),
  ).toEqual([]);

  expect((await collectUserRows(owner, user))['embeddings']).toContainEqual(
    expect.objectContaining({ memory_id: third, model: 'concepts' }),
  );
  const rows = await deleteUserRows(owner, user);
  expect(rows['embeddings']).toBeGreaterThan(0);
  expect(await owner.selectFrom('embeddings').selectAll().execute()).toEqual([]);
});
