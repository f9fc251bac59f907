import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDb, type Db } from '@learning-loop/db/connect';
import { withAdvisoryLock } from '@learning-loop/db/transactions';
import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { lockFile, locksDirectory } from '@learning-loop/training-log/disk/writer-lock';
import { openTrainingLog } from '@learning-loop/training-log/open';
import { readTrainingLog } from '@learning-loop/training-log/read';
import { temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../config.ts';
import { deleteExpired, runRetention } from './retention.ts';

const now = new Date('2026-11-22T12:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 24 * 60 * 60 * 1_000);

test('what is older than the retention time goes, and the rest stays', async () => {
  const trainingDataDir = await mkdtemp(join(tmpdir(), 'retention-'));
  onTestFinished(() => rm(trainingDataDir, { recursive: true }));
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  const who = { tenant_id: 'default', user_id: 'ada' };
  const log = await openTrainingLog(trainingDataDir, { log: pino({ level: 'silent' }) });
  for (const days of [1, 29, 31, 400]) {
    const interaction_id = newId();
    const feedback = { event_id: newId(), interaction_id, type: 'thumbs_up' as const };
    await db
      .insertInto('feedback')
      .values({ ...who, ...feedback, value: 'null', given_at: daysAgo(days) })
      .execute();
    await insertChoice(db, { ...who, interaction_id, event_id: feedback.event_id }, daysAgo(days));
    const line = { ...who, ...feedback, value: null, timestamp: daysAgo(days).toISOString() };
    await log.append('user_feedback', [line]);
  }
  await log[Symbol.asyncDispose]();

  const forgotten = await deleteExpired(
    db,
    { retentionDays: 30, trainingLog: trainingDataDir, trainingDataDir },
    now,
  );
  expect(forgotten).toEqual({
    rows: { interactions: 2, selections: 2, feedback: 2 },
    training_log_records: 2,
  });
  const shown = await db.selectFrom('interactions').select('created_at').orderBy('created_at').execute();
  expect(shown.map(({ created_at }) => created_at)).toEqual([daysAgo(29), daysAgo(1)]);
  const kept = await db.selectFrom('feedback').select('given_at').orderBy('given_at').execute();
  expect(kept.map(({ given_at }) => given_at)).toEqual([daysAgo(29), daysAgo(1)]);
  const lines: Date[] = [];
  for await (const { timestamp } of readTrainingLog(trainingDataDir, 'user_feedback'))
    lines.push(new Date(timestamp));
  expect(lines).toEqual([daysAgo(1), daysAgo(29)]);
});

type Ids = Record<'tenant_id' | 'user_id' | 'interaction_id' | 'event_id', string>;

/** A display and a pick from it, both of this time. */
async function insertChoice(db: Db, { event_id, ...ids }: Ids, at: Date): Promise<void> {
  const [input_text, auto] = ['build api', false];
  const display = { context: '{}', hypotheses: '[]', used_memories: '[]', media_type: 'text/plain' };
  await db
    .insertInto('interactions')
    .values({ ...ids, ...display, input_text, model_id: 'rules', auto_advance: auto, created_at: at })
    .execute();
  const pick = { event_id, selected_id: 'h1', auto_advanced: auto, shown: '[]', answer: '{}' };
  await db
    .insertInto('selections')
    .values({ ...ids, ...pick, input_text, selected_at: at })
    .execute();
}

test('what is as old as the retention time stays, and what is a millisecond older goes', async () => {
  const dir = await temporaryDirectory();
  await using db = connectDb(await databaseForTest());
  const times = [0, 1].map((ms) => new Date(daysAgo(30).getTime() - ms));
  for (const [n, given_at] of times.entries())
    await db
      .insertInto('feedback')
      .values({
        ...{ tenant_id: `acme${n}`, user_id: 'ada', event_id: newId(), interaction_id: newId() },
        ...{ type: 'thumbs_up', value: 'null', given_at },
      })
      .execute();
  const record = (timestamp: string, event_id: string) => ({
    ...{ timestamp, event_id, tenant_id: 'acme', user_id: 'ada', interaction_id: 'i', value: null },
    type: 'thumbs_up' as const,
  });
  {
    await using log = await openTrainingLog(dir, { log: pino({ level: 'silent' }) });
    await log.append(
      'user_feedback',
      times.map((at, n) => record(at.toISOString(), `${n}`)),
    );
  }
  const config = { retentionDays: 30, trainingLog: dir, trainingDataDir: dir };
  expect(await deleteExpired(db, config, now)).toMatchObject({
    rows: { feedback: 1 },
    training_log_records: 1,
  });
  expect(await db.selectFrom('feedback').select('tenant_id').execute()).toEqual([{ tenant_id: 'acme0' }]);
  const left: string[] = [];
  for await (const { event_id } of readTrainingLog(dir, 'user_feedback')) left.push(event_id);
  expect(left).toEqual(['0']);
});

async function runRetentionOn(db: Db, url: string, dir: string) {
  const lines: object[] = [];
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  const config = readConfig({ DATABASE_URL: url, TRAINING_DATA_DIR: dir, RETENTION_DAYS: '30' });
  return { lines, loop: runRetention({ config, log }, db) };
}

test('it is done at the start, by one process, and says what it deleted or why it could not', async () => {
  const [url, dir] = [await databaseForTest(), await temporaryDirectory()];
  await using db = connectDb(url);
  const given_at = new Date(Date.now() - 31 * 24 * 60 * 60 * 1_000);
  const ids = { tenant_id: 'acme', user_id: 'ada', event_id: newId(), interaction_id: newId() };
  await db
    .insertInto('feedback')
    .values({ ...ids, type: 'thumbs_up', value: 'null', given_at })
    .execute();
  await withAdvisoryLock(db, 'retention', async () => {
    const { loop, lines } = await runRetentionOn(db, url, dir);
    await loop[Symbol.asyncDispose]();
    expect(lines).toEqual([]);
  });
  expect(await db.selectFrom('feedback').select('tenant_id').execute()).toHaveLength(1);
  const done = await runRetentionOn(db, url, dir);
  await done.loop[Symbol.asyncDispose]();
  expect(done.lines).toMatchObject([
    { level: 30, msg: 'old_data_deleted', rows: { feedback: 1 }, training_log_records: 0 },
  ]);
  using _rewrite = lockFile(join(locksDirectory(dir), 'rewrite.lock'));
  const failed = await runRetentionOn(db, url, dir);
  await failed.loop[Symbol.asyncDispose]();
  expect(failed.lines).toMatchObject([
    { level: 40, msg: 'old_data_not_deleted', err: { message: `${dir} is being rewritten already` } },
  ]);
});
