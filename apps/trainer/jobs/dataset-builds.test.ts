import { randomUUID } from 'node:crypto';
import { connectDb, type Db } from '@learning-loop/db/connect';
import { listBuilds } from '@learning-loop/db/training/dataset-builds';
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
  await using _ = runDatasetBuilds({ config: readConfig(env), log: pino({ level: 'silent' }) }, db);
  // The log is empty; both tenants were looked at before the build.
  const statuses = async () => (await listBuilds(db, 'acme2', 9)).map(({ status }) => status);
  await expect.poll(statuses, { timeout: 30_000 }).toEqual(['empty']);
  expect(await listBuilds(db, 'acme', 9)).toEqual([]);
});
