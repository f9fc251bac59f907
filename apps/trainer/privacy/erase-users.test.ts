import { connectDb, type Db } from '@learning-loop/db/connect';
import { insertEvents } from '@learning-loop/db/loop/outbox';
import { listPendingErasures, requestErasure } from '@learning-loop/db/privacy/erasures';
import { finishBuild, requestBuild, takeBuild } from '@learning-loop/db/training/dataset-builds';
import { insertModel } from '@learning-loop/db/training/models';
import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { wasAsked } from '@learning-loop/testing/database/sessions-and-rights';
import { collectUserRows } from '@learning-loop/testing/database/user-rows';
import { selection } from '@learning-loop/testing/selection';
import { openTrainingLog } from '@learning-loop/training-log/open';
import { readTrainingLog } from '@learning-loop/training-log/read';
import { temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import type { TrainingLog } from '@learning-loop/training-log/training-log';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import {
  readSmallDataset,
  type SmallSample,
  userHashes,
  writeSmallDataset,
} from '../testing/small-dataset.ts';
import { eraseUsers } from './erase-users.ts';

const version = '20260101T000000Z-aaaaaa';
const [ada, twin] = [
  { tenant_id: 'acme', user_id: 'ada' },
  { tenant_id: 'acme2', user_id: 'ada' },
];
const sample = (user: keyof typeof userHashes, text: string): SmallSample => ({
  ...{ user_hash: userHashes[user], split: 'train', text },
});

async function stage() {
  const db = connectDb(await databaseForTest());
  const dir = await temporaryDirectory();
  const log = await openTrainingLog(dir, { log: pino({ level: 'silent' }) });
  onTestFinished(async () => {
    await log[Symbol.asyncDispose]();
    await db.destroy();
  });
  const erase = async () => {
    await eraseUsers(db, { trainingLog: dir, trainingDataDir: dir }, await listPendingErasures(db, 10));
  };
  return { db, dir, log, erase };
}

const acceptSelection = async (db: Db, user: typeof ada) =>
  await db
    .transaction()
    .execute((tx) => insertEvents(tx, [{ name: 'hypothesis.selected', event: selection(user) }]));

async function append(log: TrainingLog, user: typeof ada, count = 1): Promise<void> {
  const feedback = () => ({
    ...{ ...user, event_id: newId(), interaction_id: newId(), timestamp: '2026-01-01T00:00:00.000Z' },
    ...{ type: 'rating' as const, value: 4 },
  });
  await log.append('user_feedback', Array.from({ length: count }, feedback));
}

async function usersInLog(dir: string): Promise<string[]> {
  const users: string[] = [];
  for await (const { tenant_id, user_id } of readTrainingLog(dir, 'user_feedback'))
    users.push(`${tenant_id} ${user_id}`);
  return users.sort();
}

async function receiptOf(db: Db, erasureId: string) {
  const found = await db
    .selectFrom('erasures')
    .selectAll()
    .where('erasure_id', '=', erasureId)
    .executeTakeFirst();
  return { done: found?.done_at !== null, user: found?.user_id, receipt: found?.receipt };
}

const isDone = async (db: Db, erasureId: string) => (await receiptOf(db, erasureId)).done;

test('the receipt counts what was of the user, and the twin in another tenant keeps everything', async () => {
  const { db, dir, log, erase } = await stage();
  for (const user of [ada, twin, { ...ada, user_id: 'bob' }]) {
    await acceptSelection(db, user);
    await append(log, user, 2);
  }
  const kept = '20260102T000000Z-bbbbbb';
  await writeSmallDataset(dir, 'acme', version, {
    chat: [sample('acme ada', 'a'), sample('acme ada', 'b'), sample('acme bob', 'c')],
  });
  await writeSmallDataset(dir, 'acme', kept, { chat: [sample('acme bob', 'c')] });
  const ofTwin = await writeSmallDataset(dir, 'acme2', version, { chat: [sample('acme2 ada', 'x')] });
  const models: [string, string, string | null][] = [
    ['acme', 'with her', version],
    ['acme', 'without her', kept],
    ['acme', 'of a dataset that is gone', '20250101T000000Z-cccccc'],
    ['acme', 'by hand', null],
    ['acme2', 'of the twin', version],
  ];
  for (const [tenant_id, model_id, dataset_version] of models)
    await insertModel(db, {
      ...{ tenant_id, model_id, kind: 'ranker', status: 'candidate', dataset_version, parent_id: null },
      ...{ artifact: '{}', metrics: '{}', reason: 'a test' },
    });
  const twinBefore = await collectUserRows(db, twin);
  const erasure = await requestErasure(db, ada, newId());
  const unknown = await requestErasure(db, { tenant_id: 'acme', user_id: 'nobody' }, newId());
  await erase();

  const { done, user, receipt } = await receiptOf(db, erasure.erasure_id);
  expect({ done, user }).toEqual({ done: true, user: null });
  expect(receipt).toEqual({
    rows: expect.objectContaining({ outbox: 1, memories: 0 }),
    training_log_records: 2,
    dataset_samples: { [`${version}/chat.parquet`]: 2 },
    models: ['of a dataset that is gone', 'with her'],
  });
  expect((await receiptOf(db, unknown.erasure_id)).receipt, 'of whom nothing was known').toEqual({
    rows: expect.objectContaining({ outbox: 0 }),
    ...{ training_log_records: 0, dataset_samples: {}, models: [] },
  });
  expect(await collectUserRows(db, twin)).toEqual(twinBefore);
  expect(await usersInLog(dir)).toEqual(['acme bob', 'acme bob', 'acme2 ada', 'acme2 ada']);
  expect((await readSmallDataset(ofTwin, 'chat')).parquet).toEqual([`${userHashes['acme2 ada']} x`]);
  const marked = await db.selectFrom('models').select(['tenant_id', 'model_id', 'metrics']).execute();
  expect(marked.flatMap(({ model_id, metrics }) => ('retrain' in metrics ? [model_id] : [])).sort()).toEqual([
    ...['of a dataset that is gone', 'with her'],
  ]);
});

test('a request that began before the erasure is waited for, and what it stored goes as well', async () => {
  const { db, erase } = await stage();
  const [stored, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const request = db.transaction().execute(async (tx) => {
    await insertEvents(tx, [{ name: 'hypothesis.selected', event: selection(ada) }]);
    stored.resolve();
    await commit.promise;
  });
  await stored.promise;
  const { erasure_id } = await requestErasure(db, ada, newId());
  const erasing = erase();
  for (let look = 0; look < 5; look += 1) expect(await isDone(db, erasure_id)).toBe(false);
  commit.resolve();
  await Promise.all([request, erasing]);
  expect((await receiptOf(db, erasure_id)).receipt?.rows).toMatchObject({ outbox: 1 });
  expect(await db.selectFrom('outbox').select('event_id').execute()).toEqual([]);
});

test('a writer that read an event before it was deleted, and appends it after, leaves no line', async () => {
  const { db, dir, log, erase } = await stage();
  await acceptSelection(db, ada);
  const [older, newer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const hold = async (end: Promise<void>, work: () => Promise<void> = async () => undefined) => {
    const begun = Promise.withResolvers<void>();
    const held = db.transaction().execute(async (tx) => {
      const read = await tx.selectFrom('outbox').select('event_id').execute();
      expect(read).toHaveLength(1);
      begun.resolve();
      await end;
      await work();
    });
    await begun.promise;
    return { held };
  };
  // The first keeps the erasure from deleting anything until the writer has begun.
  const first = await hold(older.promise);
  const { erasure_id } = await requestErasure(db, ada, newId());
  const erasing = erase();
  // It has noted whom it waits for.
  await expect.poll(() => wasAsked(db, "locks.locktype = 'virtualxid'"), { interval: 5 }).toBe(true);
  const writer = await hold(newer.promise, () => append(log, ada));
  older.resolve();
  await first.held;
  await expect.poll(() => db.selectFrom('outbox').select('event_id').execute(), { interval: 5 }).toEqual([]);
  const deleted = new Date();
  await expect.poll(() => wasAsked(db, "locks.locktype = 'virtualxid'", deleted), { interval: 5 }).toBe(true);
  newer.resolve();
  await Promise.all([writer.held, erasing]);
  expect(await usersInLog(dir)).toEqual([]);
  expect((await receiptOf(db, erasure_id)).receipt?.training_log_records).toBe(1);
});

test('a dataset that was begun before the log was cleaned is waited for, and cleaned as well', async () => {
  const { db, dir, log, erase } = await stage();
  await append(log, ada);
  await requestBuild(db, 'acme', newId());
  const build = await takeBuild(db, 30_000);
  if (!build) throw new Error('no build was taken');
  const { erasure_id } = await requestErasure(db, ada, newId());
  const erasing = erase();
  await expect.poll(() => usersInLog(dir), { interval: 5 }).toEqual([]);
  for (let look = 0; look < 5; look += 1) expect(await isDone(db, erasure_id)).toBe(false);
  const directory = await writeSmallDataset(dir, 'acme', version, {
    chat: [sample('acme ada', 'a'), sample('acme bob', 'b')],
  });
  await finishBuild(db, build, { status: 'done', version, counts: {}, notes: [] });
  await erasing;
  expect((await readSmallDataset(directory, 'chat')).parquet).toEqual([`${userHashes['acme bob']} b`]);
  expect((await receiptOf(db, erasure_id)).receipt?.dataset_samples).toEqual({
    [`${version}/chat.parquet`]: 1,
  });
});

test('an erasure that was interrupted is done again, and says the same of what is left', async () => {
  const { db, dir, log, erase } = await stage();
  await acceptSelection(db, ada);
  await append(log, ada);
  const { erasure_id } = await requestErasure(db, ada, newId());
  const pending = await listPendingErasures(db, 10);
  const paths = { trainingLog: '/proc/nowhere', trainingDataDir: dir };
  await expect(eraseUsers(db, paths, pending)).rejects.toThrow('ENOENT');
  expect(await isDone(db, erasure_id)).toBe(false);
  await erase();
  expect(await usersInLog(dir)).toEqual([]);
  expect((await receiptOf(db, erasure_id)).receipt).toMatchObject({ training_log_records: 1 });
});
