import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { connectDb } from '@learning-loop/db/connect';
import { insertEvents } from '@learning-loop/db/loop/outbox';
import { requestErasure } from '@learning-loop/db/privacy/erasures';
import { withAdvisoryLock } from '@learning-loop/db/transactions';
import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { selection } from '@learning-loop/testing/selection';
import { lockFile, locksDirectory } from '@learning-loop/training-log/disk/writer-lock';
import { temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../config.ts';
import { runErasures } from './erasures.ts';

async function stage() {
  const url = await databaseForTest();
  const db = connectDb(url);
  onTestFinished(() => db.destroy());
  const dir = await temporaryDirectory();
  const lines: object[] = [];
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  const config = readConfig({ DATABASE_URL: url, TRAINING_DATA_DIR: dir });
  const request = async (user_id: string) => {
    const user = { tenant_id: 'acme', user_id };
    const event = selection(user);
    await db.transaction().execute((tx) => insertEvents(tx, [{ name: 'hypothesis.selected', event }]));
    return (await requestErasure(db, user, newId())).erasure_id;
  };
  const states = async () => {
    const all = await db
      .selectFrom('erasures')
      .select(['erasure_id', 'done_at', 'error'])
      .orderBy('requested_at')
      .execute();
    return all.map(({ done_at, error }) => ({ done: done_at !== null, error }));
  };
  return { db, dir, lines, request, states, run: () => runErasures({ config, log }, db) };
}

test('erasures that were requested are carried out, and logged without the name of the user', async () => {
  const { lines, request, states, run, db } = await stage();
  const ids = [await request('ada'), await request('bob')];
  await using _ = run();
  await expect.poll(states, { interval: 20 }).toEqual([
    { done: true, error: null },
    { done: true, error: null },
  ]);
  await expect.poll(() => lines.length, { interval: 5 }).toBe(2);
  expect(lines).toMatchObject(ids.map((erasure_id) => ({ level: 30, msg: 'user_erased', erasure_id })));
  expect(JSON.stringify(lines)).not.toMatch(/ada|bob/u);
  expect(await db.selectFrom('outbox').select('event_id').execute()).toEqual([]);
});

test('one that fails keeps its error, is said, and stays to be done', async () => {
  const { dir, lines, request, states, run } = await stage();
  await mkdir(locksDirectory(dir));
  await request('ada');
  {
    using _rewrite = lockFile(join(locksDirectory(dir), 'rewrite.lock'));
    await using _ = run();
    await expect.poll(() => lines.length, { interval: 5 }).toBe(1);
  }
  const message = `${dir} is being rewritten already`;
  expect(lines).toMatchObject([{ level: 40, msg: 'erasure_failed', err: { message } }]);
  expect(await states()).toEqual([{ done: false, error: `Error: ${message}` }]);
  await using _ = run();
  await expect.poll(states, { interval: 20 }).toEqual([{ done: true, error: null }]);
});

test('they are carried out by one process at a time', async () => {
  const { db, lines, request, states, run } = await stage();
  await request('ada');
  await withAdvisoryLock(db, 'erasures', async () => {
    const other = run();
    await other[Symbol.asyncDispose]();
  });
  expect([await states(), lines]).toEqual([[{ done: false, error: null }], []]);
});
