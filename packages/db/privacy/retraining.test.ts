import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { expect, test } from 'vitest';
import { connectDb } from '../connect.ts';
import { insertModel, listModels } from '../training/models.ts';
import { markForRetraining } from './retraining.ts';

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
