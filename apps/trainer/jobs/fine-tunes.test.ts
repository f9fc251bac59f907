import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectDb } from '@learning-loop/db/connect';
import { finishErasure, requestErasure } from '@learning-loop/db/privacy/erasures';
import { requestFineTune } from '@learning-loop/db/training/fine-tunes';
import { findActiveModel, insertModel, listModels } from '@learning-loop/db/training/models';
import { withAdvisoryLock } from '@learning-loop/db/transactions';
import { newId } from '@learning-loop/events/ids';
import { connectFineTuning } from '@learning-loop/llm/fine-tuning';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import pino from 'pino';
import { expect, it } from 'vitest';
import { datasetsDirectory } from '../dataset/storage.ts';
import { fineTuneServer } from '../testing/fine-tune-server.ts';
import { advanceFineTunes, pollFineTunes } from './fine-tunes.ts';

const dataset_version = '20260101T000000Z-aaaaaa';

/** A tuner, a tenant's dataset that it is to tune on, with or without samples to validate on, and a server. */
async function stage({ tenant_id = 'default', validated = true } = {}) {
  const resources = new AsyncDisposableStack();
  const server = resources.use(await fineTuneServer());
  const db = resources.use(connectDb(await databaseForTest()));
  const trainingDataDir = await temporaryDirectory();
  const directory = join(datasetsDirectory(trainingDataDir, tenant_id), dataset_version);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'hypotheses_chat.jsonl'), `{"messages":["train ${tenant_id}"]}\n`);
  const validation = validated ? '{"messages":["validate"]}\n' : '';
  await writeFile(join(directory, 'hypotheses_chat.validation.jsonl'), validation);
  const key = { tenant_id, dataset_version, provider: 'openai' };
  await requestFineTune(db, key);
  await requestFineTune(db, key);
  const lines: object[] = [];
  const tuner = {
    api: connectFineTuning({ baseUrl: server.url, apiKey: 'secret' }),
    ...{ baseModel: 'small', trainingDataDir },
    log: pino({}, { write: (line) => void lines.push(JSON.parse(line)) }),
  };
  const state = () => db.selectFrom('fine_tunes').selectAll().executeTakeFirstOrThrow();
  const hurry = () => db.updateTable('fine_tunes').set({ retry_at: null }).execute();
  const restarted = () => ({ ...tuner, api: connectFineTuning({ baseUrl: server.url, apiKey: 'secret' }) });
  const end = (result: object) => {
    Object.assign(server.jobs[0] ?? {}, result);
    return hurry();
  };
  return {
    ...{ server, db, tuner, state, hurry, restarted, end, lines },
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

it('registers what a job has made for its tenant, as a child of the model that answers there', async () => {
  await using on = await stage({ tenant_id: 'acme2' });
  for (const [tenant_id, model_id] of [
    ['acme', 'of the twin'],
    ['acme2', 'the active one'],
  ] as const)
    await insertModel(on.db, {
      ...{ tenant_id, model_id, kind: 'llm', status: 'active', dataset_version: null, parent_id: null },
      ...{ artifact: '{}', metrics: '{}', reason: 'a test' },
    });
  await advanceFineTunes(on.tuner, on.db);
  expect(on.server.uploads[0]).toContain('train acme2');
  expect(on.server.jobs[0]).toMatchObject({ metadata: { learning_loop: `acme2/${dataset_version}` } });
  await on.end({ status: 'succeeded', fine_tuned_model: 'ft:ours' });
  await advanceFineTunes(on.tuner, on.db);
  const made = (await listModels(on.db, 'acme2', 9)).filter(({ model_id }) => model_id === 'ft:ours');
  expect(made).toMatchObject([
    {
      ...{ kind: 'llm', status: 'candidate', dataset_version, parent_id: 'the active one' },
      ...{ artifact: { provider: 'openai', model: 'ft:ours' }, metrics: { job_id: 'ftjob-1' } },
      reason: `fine-tuned on dataset ${dataset_version}`,
    },
  ]);
  expect(on.lines).toMatchObject([
    { level: 30, msg: 'fine_tune_started', tenant_id: 'acme2', job_id: 'ftjob-1' },
    { level: 30, msg: 'fine_tuned', tenant_id: 'acme2', dataset_version, model_id: 'ft:ours' },
  ]);
});

it('is a child of the configured model where none is active', async () => {
  await using on = await stage();
  await advanceFineTunes(on.tuner, on.db);
  await on.end({ status: 'succeeded', fine_tuned_model: 'ft:ours' });
  await advanceFineTunes(on.tuner, on.db);
  expect(await listModels(on.db, 'default', 9)).toMatchObject([{ parent_id: 'configured' }]);
});

it('uploads nothing to validate on where there is nothing, and no file again that is there already', async () => {
  await using on = await stage({ validated: false });
  // The second call, which looks for the job, is refused once.
  on.server.faults.push({ status: 429, headers: { 'retry-after': '1' } });
  await advanceFineTunes(on.tuner, on.db);
  await on.db.updateTable('fine_tunes').set({ training_file: 'file-0', retry_at: null }).execute();
  await advanceFineTunes(on.tuner, on.db);
  expect(on.server.uploads).toEqual([]);
  expect(on.server.jobs).toMatchObject([{ training_file: 'file-0' }]);
  expect(await on.state()).toMatchObject({ validation_file: null, error: null, status: 'running' });
});

it('looks at a job that runs every 30 s, and forgets an earlier error', async () => {
  await using on = await stage();
  await advanceFineTunes(on.tuner, on.db);
  await on.db.updateTable('fine_tunes').set({ error: 'busy' }).execute();
  await advanceFineTunes(on.tuner, on.db);
  const { retry_at, status, error } = await on.state();
  expect([status, error]).toEqual(['running', null]);
  const waitMs = (retry_at?.getTime() ?? 0) - Date.now();
  expect(waitMs).toBeGreaterThan(25_000);
  expect(waitMs).toBeLessThanOrEqual(30_000);
});

it.each([
  [{ status: 'failed', error: { message: 'too few' }, fine_tuned_model: 'ft:half' }, 'too few'],
  [{ status: 'cancelled' }, 'the job was cancelled'],
  [{ status: 'succeeded' }, 'the job succeeded without a model'],
])('registers nothing of a job that ends as %j', async (result, error) => {
  await using on = await stage();
  await advanceFineTunes(on.tuner, on.db);
  await on.end(result);
  await advanceFineTunes(on.tuner, on.db);
  expect(await on.state()).toMatchObject({ status: 'failed', error, model_id: null });
  expect(await listModels(on.db, 'default', 9)).toEqual([]);
  expect(on.lines.at(-1)).toMatchObject({ level: 50, msg: 'fine_tune_failed', tenant_id: 'default', error });
});

it('says that a server refuses, whether for now or for good', async () => {
  await using on = await stage();
  on.server.faults.push({ status: 429, headers: { 'retry-after': '120' } }, { status: 401 });
  await advanceFineTunes(on.tuner, on.db);
  expect(await on.state()).toMatchObject({ error: expect.stringContaining('as the test says') });
  await on.hurry();
  await advanceFineTunes(on.tuner, on.db);
  const line = { level: 40, msg: 'fine_tune_refused', tenant_id: 'default', dataset_version };
  expect(on.lines).toMatchObject([
    { ...line, retryAfterMs: 120_000, error: expect.stringContaining('as the test says') },
    { ...line, retryAfterMs: null, error: expect.stringContaining('OPENAI_API_KEY') },
  ]);
});

it('gives up on a dataset that is gone, says so, and goes on with the next', async () => {
  await using on = await stage();
  const gone = '20250101T000000Z-aaaaaa';
  await requestFineTune(on.db, { tenant_id: 'acme', dataset_version: gone, provider: 'openai' });
  await advanceFineTunes(on.tuner, on.db);
  const states = await on.db
    .selectFrom('fine_tunes')
    .select(['dataset_version', 'status', 'error'])
    .orderBy('dataset_version')
    .execute();
  expect(states).toEqual([
    { dataset_version: gone, status: 'failed', error: 'Newer datasets have replaced this one.' },
    { dataset_version, status: 'running', error: null },
  ]);
});

it('stops at a fault of ours', async () => {
  await using on = await stage();
  const tuner = { ...on.tuner, api: { ...on.tuner.api, find: () => Promise.reject(new TypeError('a bug')) } };
  await expect(advanceFineTunes(tuner, on.db)).rejects.toThrow('a bug');
  expect(await on.state()).toMatchObject({ status: 'uploading', error: null });
});

it('is advanced by one process at a time', async () => {
  await using on = await stage();
  {
    await using _ = pollFineTunes(on.tuner, on.db);
    await expect.poll(() => on.server.jobs.length, { interval: 10 }).toBe(1);
  }
  await on.db.updateTable('fine_tunes').set({ job_id: null, status: 'uploading', retry_at: null }).execute();
  on.server.jobs.length = 0;
  await withAdvisoryLock(on.db, 'fine-tunes', async () => {
    const polling = pollFineTunes(on.tuner, on.db);
    await polling[Symbol.asyncDispose]();
  });
  expect(on.server.jobs).toEqual([]);
});
