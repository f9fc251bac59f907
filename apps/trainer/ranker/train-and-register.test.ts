import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDb } from '@learning-loop/db/connect';
import { listExperiments } from '@learning-loop/db/training/experiments';
import { findModel, insertModel, listModels, type Model } from '@learning-loop/db/training/models';
import { shippedWeights } from '@learning-loop/learning/ranking/weights';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { openTrainingLog } from '@learning-loop/training-log/open';
import { temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../config.ts';
import { buildDataset, type Dataset } from '../dataset/build.ts';
import { literal, openWorkspace } from '../dataset/duckdb.ts';
import type { Manifest } from '../dataset/manifest.ts';
import { seeded } from '../testing/seeded.ts';
import { simulateSelections } from '../testing/simulate-selections.ts';
import { buildRequest } from '../testing/test-log.ts';
import type { Split } from './load-examples.ts';
import { toRankerWeights, trainAndRegister } from './train-and-register.ts';

/** Users who go by their goals, which the shipped ranker hardly does: a ranker that was fitted to them is better. */
async function datasetOfGoals() {
  const dir = await mkdtemp(join(tmpdir(), 'goals-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const examples = simulateSelections({
    ...{ users: 400, selectionsPerUser: 6, trueWeights: { goal: 4, prior: 0 }, seed: 1 },
    ...{ servedWeights: shippedWeights.weights, positionBias: 0.1, exploration: 0.05 },
  });
  const records = examples.map(({ user, hypotheses }, i) => ({
    ...{ timestamp: '2026-11-01T09:00:00.000Z', tenant_id: 'default', user_id: user, used_memories: [] },
    ...{ event_id: `event-${i}`, interaction_id: `${i}`, model_id: 'candidates' },
    hypotheses: hypotheses.map(({ selected, ...one }, at) => ({
      ...{ ...one, chosen: selected, id: `h${at + 1}`, score: 0 },
    })),
  }));
  await using log = await openTrainingLog(dir, { log: pino({ level: 'silent' }) });
  await log.append('ranking_data', records);
  return await buildDataset(buildRequest(dir));
}

test.each([
  ['0.25', [0.75, 0.25], 'canary'],
  ['0', undefined, 'candidate'],
])(
  'TRAINER_CANARY_SHARE=%s: the serving ranker and the new one share the users %s',
  async (share, weights, status) => {
    const url = await databaseForTest();
    await using db = connectDb(url);
    const config = readConfig({ DATABASE_URL: url, TRAINER_CANARY_SHARE: share });
    const trainer = { config, log: pino({ level: 'silent' }) };
    const random = { random: seeded(2), experimentId: () => '01a00000-0000-7000-8000-000000000001' };
    const id = (await trainAndRegister(trainer, db, await datasetOfGoals(), random)) ?? '';
    expect(await findModel(db, 'default', id)).toMatchObject({
      ...{ status, metrics: { gate: expect.stringContaining('passed the gate') } },
      // Of a feature that the dataset lacks: the shipped weight of 3 at its temperature of 0.6.
      artifact: { temperature: 1, weights: { chosen_words: 5 } },
    });
    const [experiment] = await listExperiments(db, 'default', 9);
    expect(experiment?.variants.map(({ weight }) => weight)).toEqual(weights);
    expect(experiment?.variants.map(({ model_id }) => model_id)).toEqual(weights && ['shipped', id]);
  },
);

/** Of users who select at random: no ranker can be better. `of` says how many selections each split has. */
async function datasetOfChance(tenant_id: string, of: Record<Split, number>): Promise<Dataset> {
  const directory = await temporaryDirectory();
  await using workspace = await openWorkspace(join(directory, 'work'));
  const rows = Object.entries(of).map(
    ([split, count]) => `select ${literal(split)} as split, 'user ' || (i % 40) as user_hash,
      ${literal(split)} || i as event_id, list_transform([1, 2, 3], lambda p: {'chosen': p = hash(i) % 3 + 1,
      'position': p, 'propensity': 1.0, 'features': map {'prior': 1 / p}}) as hypotheses from range(${count}) as r(i)`,
  );
  const path = literal(join(directory, 'ranking_picks.parquet'));
  await workspace.run(`copy (${rows.join(' union all ')}) to ${path} (format parquet)`);
  const manifest = { tenant_id, version: '20260101T000000Z-aaaaaa' } as Manifest;
  return { directory, manifest };
}

const splits = { train: 120, validation: 40, test: 80 };
const serving = { version: 2, temperature: 0.5, weights: { prior: 1, own: 2 } };

test('a ranker that does not pass the gate is registered as rejected, with what was measured, and tried on nobody', async () => {
  const url = await databaseForTest();
  await using db = connectDb(url);
  for (const [tenant_id, model_id] of [
    ['acme', 'ours'],
    ['acme2', 'of the twin'],
  ] as const)
    await insertModel(db, {
      ...{ tenant_id, model_id, kind: 'ranker', status: 'active', dataset_version: null, parent_id: null },
      ...{ artifact: JSON.stringify(serving), metrics: '{}', reason: 'a test' },
    });
  const config = readConfig({ DATABASE_URL: url, TRAINER_CANARY_SHARE: '0.25' });
  const lines: object[] = [];
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  const id = await trainAndRegister({ config, log }, db, await datasetOfChance('acme', splits));
  expect(id).toBe('ranker-20260101T000000Z-aaaaaa');
  const model = await findModel(db, 'acme', id ?? '');
  expect(model).toMatchObject({
    ...{ kind: 'ranker', status: 'rejected', parent_id: 'ours', dataset_version: '20260101T000000Z-aaaaaa' },
    // A weight of the serving ranker whose feature the dataset lacks: as it counted there.
    artifact: { temperature: 1, weights: { own: 4 }, calibration: { outcomes: 40 } },
    metrics: { judgement: { picks: 80, users: 40 }, ridge: expect.any(Number), gate: model?.reason },
  });
  expect(model?.metrics).not.toHaveProperty('weights');
  expect(await findModel(db, 'acme2', id ?? '')).toBeUndefined();
  expect(await listExperiments(db, 'acme', 9)).toEqual([]);
  expect(lines).toMatchObject([
    {
      level: 30,
      msg: 'ranker_fitted',
      tenant_id: 'acme',
      model_id: id,
      passed: false,
      reason: model?.reason,
    },
  ]);
});

test.each(['train', 'validation', 'test'] as const)(
  'without a selection to %s nothing is registered',
  async (empty) => {
    const url = await databaseForTest();
    await using db = connectDb(url);
    const trainer = { config: readConfig({ DATABASE_URL: url }), log: pino({ level: 'silent' }) };
    const dataset = await datasetOfChance('acme', { ...splits, [empty]: 0 });
    expect(await trainAndRegister(trainer, db, dataset)).toBeNull();
    expect(await listModels(db, 'acme', 9)).toEqual([]);
    expect(
      (await readdir(join(dataset.directory, '..'))).filter((file) => file.startsWith('.building-fit')),
    ).toEqual([]);
  },
);

test('a registered ranker serves with its own weights, and any other model with those that are shipped', () => {
  const model = (artifact: object) => ({ artifact }) as Model;
  expect(toRankerWeights(model(serving))).toEqual({ ...serving, weights: { prior: 1, own: 2 } });
  expect(toRankerWeights(undefined)).toEqual(shippedWeights);
  expect(toRankerWeights(model({ provider: 'openai', model: 'x' }))).toEqual(shippedWeights);
});
