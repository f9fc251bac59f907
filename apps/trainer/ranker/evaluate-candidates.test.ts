import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { connectDb } from '@learning-loop/db/connect';
import { insertModel, listModels } from '@learning-loop/db/training/models';
import { withAdvisoryLock } from '@learning-loop/db/transactions';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import { expect, it } from 'vitest';
import { buildDataset } from '../dataset/build.ts';
import { literal, openWorkspace } from '../dataset/duckdb.ts';
import { datasetsDirectory } from '../dataset/storage.ts';
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

it('estimates each tenant’s rankers on its own newest dataset, once, by one process', async () => {
  await using db = connectDb(await databaseForTest());
  const dir = await temporaryDirectory();
  // Of acme's displays the first was picked in the older dataset, and the second in the newer one.
  const versions: [string, string, number][] = [
    ['acme', '20260101T000000Z-aaaaaa', 1],
    ['acme', '20260102T000000Z-bbbbbb', 2],
    ['acme2', '20260103T000000Z-cccccc', 1],
  ];
  for (const [tenant, version, picked] of versions) {
    const directory = join(datasetsDirectory(dir, tenant), version);
    await mkdir(directory, { recursive: true });
    await using workspace = await openWorkspace(join(directory, 'work'));
    await workspace.run(`copy (select 'test' as split, 'user ' || i as user_hash, 'event ' || i as event_id,
      list_transform([1, 2], lambda p: {'chosen': p = ${picked}, 'position': p, 'propensity': 1.0,
      'features': map {'prior': 1 / p}}) as hypotheses from range(20) as r(i))
      to ${literal(join(directory, 'ranking_picks.parquet'))} (format parquet)`);
  }
  const artifact = JSON.stringify({ version: 1, temperature: 1, weights: { prior: 1 } });
  for (const tenant_id of ['acme', 'acme2', 'acme3'])
    await insertModel(db, {
      ...{ tenant_id, model_id: 'as shown', kind: 'ranker', status: 'candidate', dataset_version: null },
      ...{ parent_id: null, metrics: '{}', reason: 'to be estimated', artifact },
    });
  const estimates = async () => {
    const models = await db
      .selectFrom('models')
      .select(['tenant_id', 'metrics'])
      .orderBy('tenant_id')
      .execute();
    return models.map(({ metrics }) => metrics);
  };
  await withAdvisoryLock(db, 'estimates', () => evaluateCandidates(db, dir));
  expect(await estimates()).toEqual([{}, {}, {}]);
  await evaluateCandidates(db, dir);
  expect(await estimates()).toMatchObject([
    { estimated_on: '20260102T000000Z-bbbbbb', off_policy: { ips: 0 } },
    { estimated_on: '20260103T000000Z-cccccc', off_policy: { ips: 1 } },
    {},
  ]);
  expect(await readdir(datasetsDirectory(dir, 'acme'))).toEqual([
    '20260101T000000Z-aaaaaa',
    '20260102T000000Z-bbbbbb',
  ]);
});
