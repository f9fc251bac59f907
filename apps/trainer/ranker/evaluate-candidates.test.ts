import { connectDb } from '@learning-loop/db/connect';
import { insertModel, listModels } from '@learning-loop/db/training/models';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { expect, it } from 'vitest';
import { buildDataset } from '../dataset/build.ts';
import { buildRequest, writeTestLog } from '../testing/test-log.ts';
import { evaluateCandidates } from './evaluate-candidates.ts';

it('estimates rankers that were registered by hand on the newest dataset, once there is one', async () => {
  await using db = connectDb(await databaseForTest());
  const dir = await writeTestLog({ users: 60, selectionsPerUser: 3 });
  for (const [model_id, prior] of [
    ['as shown', 1],
    ['upside down', -1],
  ] as const)
    await insertModel(db, {
      ...{ tenant_id: 'default', model_id, kind: 'ranker', status: 'candidate', dataset_version: null },
      ...{ parent_id: null, metrics: '{"by":"hand"}', reason: 'to be estimated' },
      artifact: JSON.stringify({ version: 1, temperature: 1, weights: { prior } }),
    });
  const estimates = async () =>
    Object.fromEntries(
      (await listModels(db, 'default', 9)).map(({ model_id, metrics }) => [model_id, metrics]),
    );

  await evaluateCandidates(db, dir);
  expect(await estimates()).toEqual({ 'as shown': { by: 'hand' }, 'upside down': { by: 'hand' } });

  const { manifest } = await buildDataset(buildRequest(dir));
  await evaluateCandidates(db, dir);
  const { 'as shown': shown, 'upside down': turned } = await estimates();
  // Of every display the first was picked, and a ranker by prior would have shown it first.
  expect(shown).toMatchObject({
    by: 'hand',
    estimated_on: manifest.version,
    off_policy: { support: 1, snips: 1 },
  });
  expect(turned).toMatchObject({ off_policy: { support: 0, ips: 0 } });
});
