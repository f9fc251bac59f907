import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDb, type Db } from '@learning-loop/db/connect';
import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { openTrainingLog } from '@learning-loop/training-log/open';
import { readTrainingLog } from '@learning-loop/training-log/read';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { deleteExpired } from './retention.ts';

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
