import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { expect, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { insertModel, listModels } from '../training/models.ts';
import { finishErasure, requestErasure } from './erasures.ts';
import { markForRetraining, markIfErasedMeanwhile } from './retraining.ts';

test('models that learned from an erased user, or may have, are to be retrained; no others, and no other tenant’s', async () => {
  await using db = connectDb(await databaseForTest());
  for (const [tenant_id, model_id, dataset_version] of [
    ['default', 'with the user', 'v1'],
    ['default', 'without the user', 'v2'],
    ['default', 'of a dataset that is gone', 'v0'],
    ['default', 'by hand', null],
    ['other', 'foreign', 'v1'],
    ['other', 'foreign, of a dataset that is not kept here', 'v3'],
    ['other', 'foreign, by hand', null],
  ] as const)
    await insertModel(db, {
      ...{ tenant_id, model_id, dataset_version, kind: 'ranker', status: 'candidate', parent_id: null },
      ...{ metrics: '{"kept":1}', artifact: '{}', reason: 'a test' },
    });
  const marked = await markForRetraining(db, 'default', { with: ['v1'], kept: ['v1', 'v2'] });
  expect(marked).toEqual(['of a dataset that is gone', 'with the user']);
  const models = [...(await listModels(db, 'default', 9)), ...(await listModels(db, 'other', 9))];
  const retrained = models.filter(({ metrics }) => 'retrain' in metrics).map(({ model_id }) => model_id);
  expect(retrained.sort()).toEqual(marked);
  for (const { metrics } of models) expect(metrics).toMatchObject({ kept: 1 });
  // Without any dataset, too, a model that was registered by hand has learned from nobody.
  expect(await markForRetraining(db, 'default', { with: [], kept: [] })).toEqual([
    'of a dataset that is gone',
    'with the user',
    'without the user',
  ]);
});

const modelOf = (tenant_id: string, model_id: string, dataset_version: string | null) => ({
  ...{ tenant_id, model_id, dataset_version, kind: 'ranker' as const, status: 'candidate' as const },
  ...{ parent_id: null, metrics: '{"kept":1}', artifact: '{}', reason: 'a test' },
});

/** A finished erasure, with the files that held samples of the user and the models that were marked. */
async function erase(
  db: Db,
  tenant_id: string,
  n: number,
  files: string[],
  models: string[] = [],
): Promise<void> {
  const erasure = await requestErasure(
    db,
    { tenant_id, user_id: `user ${n}` },
    `01a00000-0000-7000-8000-00000000000${n}`,
  );
  const dataset_samples = Object.fromEntries(files.map((file) => [file, 1]));
  await finishErasure(db, erasure, { rows: {}, training_log_records: 0, dataset_samples, models });
}

test('a model of a dataset from which a user was erased meanwhile is to be retrained, and the receipt names it once', async () => {
  await using db = connectDb(await databaseForTest());
  await erase(db, 'acme', 1, ['v1/rank.jsonl', 'v2/rank.jsonl'], ['older']);
  await erase(db, 'acme', 2, ['v10/rank.jsonl']);
  await erase(db, 'acme2', 3, ['v1/rank.jsonl', 'v3/rank.jsonl']);
  await requestErasure(db, { tenant_id: 'acme', user_id: 'going' }, '01a00000-0000-7000-8000-000000000004');
  const models: [string, string | null][] = [
    ['of v1', 'v1'],
    ['of v3', 'v3'],
    ['by hand', null],
  ];
  for (const [model_id, version] of models) await insertModel(db, modelOf('acme', model_id, version));
  await insertModel(db, modelOf('acme2', 'of v1', 'v1'));
  for (const [model_id] of [...models, ...models]) await markIfErasedMeanwhile(db, 'acme', model_id);
  const marked = async (tenant: string) =>
    (await listModels(db, tenant, 9))
      .filter(({ metrics }) => 'retrain' in metrics)
      .map(({ model_id }) => model_id);
  expect([await marked('acme'), await marked('acme2')]).toEqual([['of v1'], []]);
  const [found] = await listModels(db, 'acme', 9).then((all) =>
    all.filter(({ model_id }) => model_id === 'of v1'),
  );
  expect(found?.metrics).toEqual({ kept: 1, retrain: 'A user it has learned from was erased.' });
  const receipts = await db.selectFrom('erasures').select('receipt').orderBy('erasure_id').execute();
  expect(receipts.map(({ receipt }) => receipt?.models)).toEqual([['older', 'of v1'], [], [], undefined]);
});
