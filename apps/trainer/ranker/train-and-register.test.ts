import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDb } from '@learning-loop/db/connect';
import { listExperiments } from '@learning-loop/db/training/experiments';
import { findModel } from '@learning-loop/db/training/models';
import { shippedWeights } from '@learning-loop/learning/ranking/weights';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { openTrainingLog } from '@learning-loop/training-log/open';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../config.ts';
import { buildDataset } from '../dataset/build.ts';
import { seeded } from '../testing/seeded.ts';
import { simulateSelections } from '../testing/simulate-selections.ts';
import { buildRequest } from '../testing/test-log.ts';
import { trainAndRegister } from './train-and-register.ts';

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
