import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDb, type Db } from '@learning-loop/db/connect';
import { insertEvents } from '@learning-loop/db/loop/outbox';
import { setTrainingOptOut } from '@learning-loop/db/users/settings';
import { processEvents } from '@learning-loop/queue/consumer/process-events';
import { RetryLater } from '@learning-loop/queue/errors';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { selection } from '@learning-loop/testing/selection';
import { openTrainingLog } from '@learning-loop/training-log/open';
import pino from 'pino';
import { expect, test } from 'vitest';
import { createHandlers, discardingHandlers } from './handlers.ts';

const log = pino({ level: 'silent' });

async function linesOf(dir: string, name: string): Promise<unknown[]> {
  const text = await readFile(join(dir, `${name}.jsonl`), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

async function acceptOne(db: Db, event = selection()) {
  await db.transaction().execute((tx) => insertEvents(tx, [{ name: 'hypothesis.selected', event }]));
  return event;
}

test('a selection becomes a line in the established format and a ranking sample, once', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'record-'));
  await using db = connectDb(await databaseForTest());
  await using trainingLog = await openTrainingLog(dir, { log });
  const event = await acceptOne(db);
  const consumer = { db, log, consumer: 'training-log' as const, handlers: createHandlers(trainingLog) };
  await processEvents(consumer, [event.event_id]);
  await processEvents(consumer, [event.event_id]);
  const hypotheses = await linesOf(dir, 'hypotheses_data');
  expect(hypotheses).toEqual([
    {
      timestamp: event.occurred_at,
      user_id: 'ada',
      user_input: 'build api',
      context: event.context,
      hypotheses: event.hypotheses.map(({ id, question, confidence, position, propensity }) => ({
        ...{ id, question, confidence, position, propensity },
      })),
      // The confidences of the test's hypotheses add up to more than 1.
      none_confidence: 0,
      selected_id: 'h1',
      label: 'positive',
      event_id: event.event_id,
      tenant_id: 'default',
      interaction_id: event.interaction_id,
      auto_advanced: false,
      selected_confidence: 0.8,
      model_id: 'rules',
    },
  ]);
  const [ranking, ...more] = await linesOf(dir, 'ranking_data');
  expect(more).toEqual([]);
  expect(ranking).toMatchObject({ hypotheses: [{ chosen: true }, { chosen: false }, { chosen: false }] });
});

test('a rejection of all is a negative sample', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'record-'));
  await using db = connectDb(await databaseForTest());
  await using trainingLog = await openTrainingLog(dir, { log });
  const event = await acceptOne(db, selection({ selected_id: null }));
  await processEvents({ db, log, consumer: 'training-log', handlers: createHandlers(trainingLog) }, [
    event.event_id,
  ]);
  expect(await linesOf(dir, 'hypotheses_data')).toMatchObject([
    { selected_id: null, label: 'negative', selected_confidence: null },
  ]);
});

test('of a user who opted out nothing is written, of others in the same batch all is', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'record-'));
  await using db = connectDb(await databaseForTest());
  await using trainingLog = await openTrainingLog(dir, { log });
  await setTrainingOptOut(db, { tenant_id: 'default', user_id: 'out' }, true);
  await setTrainingOptOut(db, { tenant_id: 'elsewhere', user_id: 'in' }, true);
  const events = ['out', 'in'].map((user_id) => selection({ user_id }));
  for (const event of events) await acceptOne(db, event);
  const consumer = { db, log, consumer: 'training-log' as const, handlers: createHandlers(trainingLog) };
  const { processed } = await processEvents(
    consumer,
    events.map(({ event_id }) => event_id),
  );
  expect(processed, 'neither stays pending').toHaveLength(2);
  for (const name of ['hypotheses_data', 'ranking_data'])
    expect(await linesOf(dir, name), name).toMatchObject([{ user_id: 'in' }]);
});

test('with collection switched off nothing is written and nothing stays pending', async () => {
  await using db = connectDb(await databaseForTest());
  const event = await acceptOne(db);
  const { processed } = await processEvents(
    { db, log, consumer: 'training-log', handlers: discardingHandlers },
    [event.event_id],
  );
  expect(processed).toHaveLength(1);
  const outbox = await db.selectFrom('outbox').select('pending').execute();
  expect(outbox).toEqual([{ pending: ['memory', 'persona'] }]);
});

test('a disk that cannot be written is no fault of the event: it waits, and spends no attempt', async () => {
  await using db = connectDb(await databaseForTest());
  const event = await acceptOne(db);
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const handlers = createHandlers({ append: () => Promise.reject(full) });
  const processing = processEvents({ db, log, consumer: 'training-log', handlers }, [event.event_id]);
  await expect(processing).rejects.toThrow(RetryLater);
  await expect(processing).rejects.toMatchObject({ cause: full });
});
