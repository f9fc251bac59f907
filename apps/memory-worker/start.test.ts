import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectDb } from '@learning-loop/db/connect';
import { readEmbeddings } from '@learning-loop/db/users/embeddings';
import { embeddingServer } from '@learning-loop/llm/testing/embedding-server';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { noteWriters } from '@learning-loop/testing/database/sessions-and-rights';
import { selection } from '@learning-loop/testing/selection';
import { publishSelection, startApp } from '@learning-loop/testing/start-app';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { start } from './start.ts';

async function findFreePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

test('the worker learns memories under its own role, embeds them, and answers probes', async () => {
  const DATABASE_URL = await databaseForTest();
  await using db = connectDb(DATABASE_URL);
  await using server = await embeddingServer();
  const writers = await noteWriters(db, 'memories');
  const PORT = await findFreePort();
  const model = { EMBEDDING_BASE_URL: server.url, EMBEDDING_MODEL_NAME: 'concepts' };
  const service = await startApp(start, readConfig({ DATABASE_URL, PORT, ...model }));
  const event = selection();
  await publishSelection(service, db, DATABASE_URL, { event, consumer: 'memory' });
  const embedded = async () => {
    const ids = (await db.selectFrom('memories').select('memory_id').execute()).map((row) => row.memory_id);
    return (await readEmbeddings(db, event, ids, 'concepts')).size;
  };
  await expect.poll(embedded).toBe(4);
  expect(await writers()).toEqual(['learning_loop_memory']);
  const ready = await fetch(`http://127.0.0.1:${PORT}/readyz`);
  expect(await ready.json()).toEqual({ ready: true, missing: [] });
});

test('without a model nothing is to be embedded', async () => {
  const DATABASE_URL = await databaseForTest();
  await using db = connectDb(DATABASE_URL);
  const service = await startApp(start, readConfig({ DATABASE_URL }));
  const event = selection();
  await publishSelection(service, db, DATABASE_URL, { event, consumer: 'memory' });
  await expect.poll(() => db.selectFrom('memories').select('type').execute()).toHaveLength(4);
  expect(await db.selectFrom('embeddings').select('memory_id').execute()).toEqual([]);
});
