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
import { hypothesesFor, selection } from '@learning-loop/testing/selection';
import pino from 'pino';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { embedMemories, embedNextBatch, toPauseMs } from './embed-memories.ts';
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
async function processSelection(
  db: Db,
  owner: Db,
  embedded: boolean,
  said: Parameters<typeof selection>[0] = {},
): Promise<void> {
  const event = selection(said);
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

test.each([
  ['all that was taken is stored: there may be more', 32, 32, false, 0],
  ['the same while older memories are looked for', 1, 1, true, 0],
  ['one is missing: the model is troubled', 32, 31, false, 5_000],
  ['the same while older memories are looked for, too', 1, 0, true, 5_000],
  ['nothing is due', 0, 0, false, 1_000],
  ['nothing is due, but older memories are looked for', 0, 0, true, 50],
])('%s', (_what, taken, stored, isBackfilling, pauseMs) => {
  expect(toPauseMs({ taken, stored }, isBackfilling)).toBe(pauseMs);
});

test('a worker embeds memories that are older than the model, and goes on when they are done', async () => {
  const { db, owner, embedderOf } = await stage();
  await processSelection(db, owner, false);
  const count = (await idsOf(db)).length;
  expect(await embeddedBy(db, 'concepts')).toBe(0);
  const lines: string[] = [];
  const watched = pino({}, { write: (line) => void lines.push(line) });
  await using _worker = embedMemories({ log: watched }, db, embedderOf('concepts'));
  await expect.poll(() => embeddedBy(db, 'concepts')).toBe(count);
  await processSelection(db, owner, true);
  await expect.poll(async () => [await embeddedBy(db, 'concepts'), (await idsOf(db)).length]).toEqual([5, 5]);
  expect(lines).toEqual([]);
});

test('a database that refuses is said', async () => {
  const { embedderOf } = await stage();
  await using stranger = connectDb(await databaseForTest(), { role: 'learning_loop_persona' });
  const lines: string[] = [];
  const watched = pino({}, { write: (line) => void lines.push(line) });
  await using _worker = embedMemories({ log: watched }, stranger, embedderOf('concepts'));
  await expect
    .poll(() => lines.map((line) => JSON.parse(line)))
    .toMatchObject([{ level: 40, msg: 'embeddings_not_stored', err: { code: '42501' } }]);
});

test('each tenant has calls of its own, and each memory its own vector', async () => {
  const { db, owner, server, embedderOf } = await stage();
  const twins = ['acme', 'acme2'].map((tenant_id, n) => ({
    tenant_id,
    picked: `Do you want to use ${n ? 'Rust' : 'Go'}?`,
  }));
  for (const { tenant_id, picked } of twins)
    await processSelection(db, owner, true, { tenant_id, hypotheses: hypothesesFor([picked]) });
  await embedNextBatch(db, embedderOf('concepts'));
  const rows = await db.selectFrom('memories').select(['tenant_id', 'memory_id', 'content']).execute();
  const contentsOf = (tenant: string) =>
    rows.flatMap(({ tenant_id, content }) => (tenant_id === tenant ? [content] : [])).toSorted();
  expect(server.requests.map(({ input }) => input.toSorted()).toSorted()).toEqual(
    [contentsOf('acme'), contentsOf('acme2')].toSorted(),
  );
  for (const { tenant_id, memory_id, content } of rows) {
    const vectors = await readEmbeddings(db, { tenant_id, user_id: 'ada' }, [memory_id], 'concepts');
    const [expected] = (await embedderOf('concepts').embed(tenant_id, [content])) ?? [];
    expect(vectors.get(memory_id), content).toEqual(expected);
  }
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
