import { randomUUID } from 'node:crypto';
import { connectDb, type Db } from '@learning-loop/db/connect';
import { listBuilds, requestBuild } from '@learning-loop/db/training/dataset-builds';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import pino from 'pino';
import { expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { runDatasetBuilds } from './dataset-builds.ts';

async function insertSelections(db: Db, tenant_id: string, count: number): Promise<void> {
  const ids = { tenant_id, user_id: 'ada' };
  const selected = {
    input_text: 'build',
    selected_id: 'h1',
    auto_advanced: false,
    shown: '[]',
    answer: '{}',
  };
  const rows = Array.from({ length: count }, () => ({
    ...{ ...ids, ...selected, selected_at: new Date() },
    ...{ interaction_id: randomUUID(), event_id: randomUUID() },
  }));
  await db.insertInto('selections').values(rows).execute();
}

test('after TRAINER_MIN_NEW_SAMPLES selections of a tenant a dataset is built, and not before', async () => {
  const [url, directory] = [await databaseForTest(), await temporaryDirectory()];
  const env = { DATABASE_URL: url, TRAINING_DATA_DIR: directory, TRAINER_MIN_NEW_SAMPLES: '3' };
  await using db = connectDb(url);
  await insertSelections(db, 'acme', 2);
  await insertSelections(db, 'acme2', 3);
  const lines: object[] = [];
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  await using _ = runDatasetBuilds({ config: readConfig(env), log }, db);
  // The log is empty; both tenants were looked at before the build.
  const statuses = async () => (await listBuilds(db, 'acme2', 9)).map(({ status }) => status);
  await expect.poll(statuses, { timeout: 30_000, interval: 20 }).toEqual(['empty']);
  expect(await listBuilds(db, 'acme', 9)).toEqual([]);
  expect(lines[0]).toMatchObject({ level: 30, msg: 'dataset_due', tenant_id: 'acme2', new_picks: 3 });
  // Not again within the minute, however many come.
  await insertSelections(db, 'acme2', 9);
  await insertSelections(db, 'acme', 1);
  const ofOther = async () => (await listBuilds(db, 'acme', 9)).map(({ status }) => status);
  await expect.poll(ofOther, { timeout: 30_000, interval: 20 }).toEqual(['empty']);
  expect(await listBuilds(db, 'acme2', 9)).toHaveLength(1);
});

test('builds that were requested run one after another; then rankers that were registered are evaluated', async () => {
  const [url, directory] = [await databaseForTest(), await temporaryDirectory()];
  const config = readConfig({ DATABASE_URL: url, TRAINING_DATA_DIR: directory });
  await using db = connectDb(url);
  for (const _ of [1, 2]) await requestBuild(db, 'acme', randomUUID());
  // Of a trainer that has been silent for longer than half a minute.
  const silent = randomUUID();
  await requestBuild(db, 'silent', silent);
  const started = { status: 'running' as const, started_at: new Date() };
  await db
    .updateTable('dataset_builds')
    .set({ ...started, beat_at: new Date(Date.now() - 13_000) })
    .where('build_id', '=', silent)
    .execute();
  await using _ = runDatasetBuilds({ config, log: pino({ level: 'silent' }) }, db);
  const statuses = async () =>
    (await db.selectFrom('dataset_builds').select('status').execute()).map(({ status }) => status);
  await expect.poll(statuses, { timeout: 30_000, interval: 20 }).toEqual(['empty', 'empty', 'empty']);
});

test('a build whose trainer was heard of eight seconds ago is left to it, and nothing else is built meanwhile', async () => {
  const url = await databaseForTest();
  await using db = connectDb(url);
  const [running, queued] = [randomUUID(), randomUUID()];
  for (const build_id of [running, queued]) await requestBuild(db, 'acme', build_id);
  await db
    .updateTable('dataset_builds')
    .set({ status: 'running', started_at: new Date(), beat_at: new Date(Date.now() - 8_000) })
    .where('build_id', '=', running)
    .execute();
  const config = readConfig({ DATABASE_URL: url, TRAINING_DATA_DIR: await temporaryDirectory() });
  {
    await using _ = runDatasetBuilds({ config, log: pino({ level: 'silent' }) }, db);
  }
  const builds = await db.selectFrom('dataset_builds').select(['build_id', 'status', 'attempt']).execute();
  expect(builds.toSorted((a, b) => a.status.localeCompare(b.status))).toEqual([
    { build_id: queued, status: 'queued', attempt: 0 },
    { build_id: running, status: 'running', attempt: 0 },
  ]);
});

test('a database that cannot be read is said', async () => {
  const url = await databaseForTest();
  await using db = connectDb(url, { role: 'learning_loop_memory' });
  const lines: object[] = [];
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  await using _ = runDatasetBuilds({ config: readConfig({ DATABASE_URL: url }), log }, db);
  await expect
    .poll(() => lines, { interval: 5 })
    .toMatchObject([{ level: 40, msg: 'builds_not_read', err: { code: '42501' } }]);
});
