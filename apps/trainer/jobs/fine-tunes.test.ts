import { connectDb } from '@learning-loop/db/connect';
import { finishErasure, requestErasure } from '@learning-loop/db/privacy/erasures';
import { requestFineTune } from '@learning-loop/db/training/fine-tunes';
import { findActiveModel, listModels } from '@learning-loop/db/training/models';
import { newId } from '@learning-loop/events/ids';
import { connectFineTuning } from '@learning-loop/llm/fine-tuning';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import pino from 'pino';
import { expect, it } from 'vitest';
import { buildDataset } from '../dataset/build.ts';
import { fineTuneServer } from '../testing/fine-tune-server.ts';
import { buildRequest, writeTestLog } from '../testing/test-log.ts';
import { advanceFineTunes } from './fine-tunes.ts';

/** A tuner, a dataset that it is to tune on, and a server. */
async function stage() {
  const resources = new AsyncDisposableStack();
  const server = resources.use(await fineTuneServer());
  const db = resources.use(connectDb(await databaseForTest()));
  const trainingDataDir = await writeTestLog({ users: 40, selectionsPerUser: 2 });
  const { manifest } = await buildDataset(buildRequest(trainingDataDir));
  const key = { tenant_id: 'default', dataset_version: manifest.version, provider: 'openai' };
  await requestFineTune(db, key);
  await requestFineTune(db, key);
  const tuner = {
    api: connectFineTuning({ baseUrl: server.url, apiKey: 'secret' }),
    ...{ baseModel: 'small', trainingDataDir, log: pino({ level: 'silent' }) },
  };
  const state = () => db.selectFrom('fine_tunes').selectAll().executeTakeFirstOrThrow();
  const hurry = () => db.updateTable('fine_tunes').set({ retry_at: null }).execute();
  const restarted = () => ({ ...tuner, api: connectFineTuning({ baseUrl: server.url, apiKey: 'secret' }) });
  return {
    server,
    db,
    tuner,
    state,
    hurry,
    restarted,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

it('uploads, starts, follows and registers the tuned model', async () => {
  await using on = await stage();
  await advanceFineTunes(on.tuner, on.db);
  expect(on.server.uploads).toHaveLength(2);
  expect(on.server.uploads[0]).toContain('"messages"');
  expect(on.server.jobs).toHaveLength(1);
  await advanceFineTunes(on.tuner, on.db);
  expect(await on.state()).toMatchObject({ status: 'running', job_id: 'ftjob-1' });
  Object.assign(on.server.jobs[0] ?? {}, { status: 'succeeded', fine_tuned_model: 'ft:small:ours' });
  await on.hurry();
  await advanceFineTunes(on.tuner, on.db);
  expect(await on.state()).toMatchObject({ status: 'succeeded', model_id: 'ft:small:ours' });
  expect(await listModels(on.db, 'default', 9)).toMatchObject([
    { model_id: 'ft:small:ours', kind: 'llm', status: 'candidate' },
  ]);
});

it('names a model in the receipt of a user who was erased while it was made', async () => {
  await using on = await stage();
  await advanceFineTunes(on.tuner, on.db);
  const { dataset_version } = await on.state();
  const receipts = [`${dataset_version}/hypotheses_chat.parquet`, 'another/hypotheses_chat.parquet'].map(
    (file) => ({ rows: {}, training_log_records: 1, dataset_samples: { [file]: 1 }, models: ['before'] }),
  );
  for (const [i, receipt] of receipts.entries()) {
    const erasure = await requestErasure(on.db, { tenant_id: 'default', user_id: `user ${i}` }, newId());
    await finishErasure(on.db, erasure, receipt);
  }
  Object.assign(on.server.jobs[0] ?? {}, { status: 'succeeded', fine_tuned_model: 'ft:small:ours' });
  await on.hurry();
  await advanceFineTunes(on.tuner, on.db);
  const erasures = await on.db.selectFrom('erasures').select('receipt').orderBy('requested_at').execute();
  expect(erasures.map(({ receipt }) => receipt?.models)).toEqual([['before', 'ft:small:ours'], ['before']]);
  const [model] = await listModels(on.db, 'default', 9);
  expect(model?.metrics).toHaveProperty('retrain');
});

it('starts no second job when it died before it could note the first', async () => {
  await using on = await stage();
  await advanceFineTunes(on.tuner, on.db);
  await on.db.updateTable('fine_tunes').set({ job_id: null, status: 'uploading' }).execute();
  await advanceFineTunes(on.restarted(), on.db);
  expect(on.server.jobs).toHaveLength(1);
  expect(await on.state()).toMatchObject({ status: 'running', job_id: 'ftjob-1' });
});

it('ends with a clear word when the key is refused', async () => {
  await using on = await stage();
  on.server.faults.push({ status: 401 });
  await advanceFineTunes(on.tuner, on.db);
  expect(await on.state()).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('OPENAI_API_KEY'),
  });
  await advanceFineTunes(on.tuner, on.db);
  expect(on.server.uploads).toEqual([]);
  expect(await findActiveModel(on.db, 'default', 'llm')).toBeUndefined();
});

it('comes back when the server wants it to, and goes on where it was', async () => {
  await using on = await stage();
  on.server.faults.push({ status: 429, headers: { 'retry-after': '120' } });
  await advanceFineTunes(on.tuner, on.db);
  const { retry_at, status } = await on.state();
  expect(status).toBe('uploading');
  expect((retry_at?.getTime() ?? 0) - Date.now()).toBeGreaterThan(100_000);
  await advanceFineTunes(on.tuner, on.db);
  expect(on.server.uploads).toEqual([]);
  await on.hurry();
  await advanceFineTunes(on.tuner, on.db);
  expect(on.server.jobs).toHaveLength(1);
});

it('says what the server said of a job that failed', async () => {
  await using on = await stage();
  await advanceFineTunes(on.tuner, on.db);
  Object.assign(on.server.jobs[0] ?? {}, { status: 'failed', error: { message: 'too few examples' } });
  await on.hurry();
  await advanceFineTunes(on.tuner, on.db);
  expect(await on.state()).toMatchObject({ status: 'failed', error: 'too few examples' });
  expect(await listModels(on.db, 'default', 9)).toEqual([]);
});
