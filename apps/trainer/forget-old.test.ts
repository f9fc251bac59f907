import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDb } from '@learning-loop/db/connect';
import { newId } from '@learning-loop/events/id';
import { databaseForTest } from '@learning-loop/testing/postgres';
import { openTrainingLog } from '@learning-loop/training-log/append';
import { readTrainingLog } from '@learning-loop/training-log/read';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { forgetOlder } from './forget-old.ts';

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
    const line = { ...who, ...feedback, value: null, timestamp: daysAgo(days).toISOString() };
    await log.append('user_feedback', [line]);
  }
  await log[Symbol.asyncDispose]();

  const forgotten = await forgetOlder(
    db,
    { retentionDays: 30, trainingLog: trainingDataDir, trainingDataDir },
    now,
  );
  expect(forgotten).toEqual({
    rows: { interactions: 0, selections: 0, feedback: 2 },
    training_log_records: 2,
  });
  const kept = await db.selectFrom('feedback').select('given_at').orderBy('given_at').execute();
  expect(kept.map(({ given_at }) => given_at)).toEqual([daysAgo(29), daysAgo(1)]);
  const lines: Date[] = [];
  for await (const { timestamp } of readTrainingLog(trainingDataDir, 'user_feedback'))
    lines.push(new Date(timestamp));
  expect(lines).toEqual([daysAgo(1), daysAgo(29)]);
});
