import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { expect, it } from 'vitest';
import { connectDb } from '../connect.ts';
import { listDueFineTunes, requestFineTune, updateFineTune } from './fine-tunes.ts';

const key = (dataset_version: string, tenant_id = 'acme', provider = 'openai') => ({
  ...{ tenant_id, dataset_version, provider },
});

it('is requested once, and due from then on until it has ended', async () => {
  await using db = connectDb(await databaseForTest());
  for (const one of [key('v2'), key('v1'), key('v1', 'acme2'), key('v1', 'acme', 'other')])
    await requestFineTune(db, one);
  await updateFineTune(db, key('v1'), { status: 'running', job_id: 'job' });
  await requestFineTune(db, key('v1'));
  const due = async () =>
    (await listDueFineTunes(db)).map(
      (one) => `${one.tenant_id} ${one.dataset_version} ${one.provider} ${one.status}`,
    );
  const [first, second, third, last] = await due();
  expect([first, second, third].sort()).toEqual([
    'acme v1 openai running',
    'acme v1 other uploading',
    'acme2 v1 openai uploading',
  ]);
  expect(last).toBe('acme v2 openai uploading');
  await updateFineTune(db, key('v1'), { status: 'failed', error: 'refused' });
  await updateFineTune(db, key('v2'), { status: 'succeeded', model_id: 'ft' });
  expect((await due()).sort()).toEqual(['acme v1 other uploading', 'acme2 v1 openai uploading']);
  const failed = await db.selectFrom('fine_tunes').selectAll().where('status', '=', 'failed').execute();
  expect(failed).toMatchObject([{ ...key('v1'), job_id: 'job', error: 'refused', model_id: null }]);
});

it('is left alone for the milliseconds that it is told to wait', async () => {
  await using db = connectDb(await databaseForTest());
  for (const one of [key('v1'), key('v2')]) await requestFineTune(db, one);
  const before = Date.now();
  await updateFineTune(db, key('v1'), { training_file: 'file' }, 90_000);
  expect((await listDueFineTunes(db)).map(({ dataset_version }) => dataset_version)).toEqual(['v2']);
  const [waiting] = await db
    .selectFrom('fine_tunes')
    .selectAll()
    .where('dataset_version', '=', 'v1')
    .execute();
  expect(waiting).toMatchObject({ status: 'uploading', training_file: 'file' });
  const waits = (waiting?.retry_at?.getTime() ?? 0) - before;
  expect(waits).toBeGreaterThan(85_000);
  expect(waits).toBeLessThan(120_000);
  await db
    .updateTable('fine_tunes')
    .set({ retry_at: new Date(before - 1) })
    .execute();
  expect(await listDueFineTunes(db)).toHaveLength(2);
});
