import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainingRecords } from '@learning-loop/events/training-records';
import type { RankerWeights } from '@learning-loop/learning/ranking/weights';
import { openTrainingLog } from '@learning-loop/training-log/open';
import pino from 'pino';
import { expect, it } from 'vitest';
import { type BuildRequest, buildDataset } from '../dataset/build.ts';
import { openWorkspace } from '../dataset/duckdb.ts';
import { seeded } from '../testing/seeded.ts';
import { simulateSelections } from '../testing/simulate-selections.ts';
import { buildRequest } from '../testing/test-log.ts';
import { fitLogit } from './conditional-logit.ts';
import { type TrainingExample, toExamples } from './examples.ts';
import { fitRanker, toUtilities } from './fit-ranker.ts';
import { importanceWeights } from './importance-weights.ts';
import { loadExamples, loadFeatureNames } from './load-examples.ts';

const trueWeights = { goal: 2, preference: 1, prior: 0.3 };
const serving: RankerWeights = { version: 1, temperature: 1, weights: { goal: 1, preference: 1, prior: 1 } };
const population = {
  users: 495,
  selectionsPerUser: 6,
  trueWeights,
  servedWeights: serving.weights,
  positionBias: 0.3,
  exploration: 0,
};

const honest = simulateSelections({ ...population, seed: 1 });
/** Other interactions of honest users: what everyone else gets from a ranker is measured on them. */
const everyoneElse = toExamples(simulateSelections({ ...population, users: 2_000, seed: 2 }));
/** One user in a hundred, each as busy as two hundred others, always picks what users want least. */
const attack = simulateSelections({ ...population, users: 5, selectionsPerUser: 1_200, seed: 3 }).map(
  sabotaged,
);

const protectedBuild = { maxShare: 0.01, minPerUser: 20, quarantineFrom: '2026-11-21T00:00:00.000Z' };
const openBuild = { maxShare: 1, minPerUser: 1_000_000, quarantineFrom: null };

it('learns the same beside one user in a hundred who selects what nobody wants, thanks to quarantine and limits', {
  timeout: 120_000,
}, async () => {
  const without = await firstPlaces(await writeLog(honest, []), protectedBuild, 'protected');
  const attacked = await writeLog(honest, attack, '2026-11-10T09:00:00.000Z');
  expect(without - (await firstPlaces(attacked, openBuild, 'open'))).toBeGreaterThan(0.3);
  expect(without - (await firstPlaces(attacked, protectedBuild, 'protected'))).toBeLessThan(0.02);
  // Users who are too new have no part in it.
  const since = await writeLog(honest, attack, '2026-11-22T09:00:00.000Z');
  expect(await firstPlaces(since, protectedBuild, 'protected')).toBeCloseTo(without, 3);
});

function sabotaged({ user, hypotheses }: TrainingExample): TrainingExample {
  const worst = hypotheses.reduce((a, b) => ((b.features['goal'] ?? 0) < (a.features['goal'] ?? 0) ? b : a));
  return {
    user: `attacker ${user}`,
    hypotheses: hypotheses.map((one) => ({ ...one, selected: one === worst })),
  };
}

/** A log in which honest users were first seen on 1 November and attackers when they came. */
async function writeLog(
  examples: TrainingExample[],
  attackers: TrainingExample[],
  attackersSince = '',
): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'poisoning-'));
  await using log = await openTrainingLog(dir, { log: pino({ level: 'silent' }) });
  const records = [
    ...examples.map((example, i) => toRecord(example, i, '2026-11-01T09:00:00.000Z')),
    ...attackers.map((example, i) => toRecord(example, examples.length + i, attackersSince)),
  ];
  await log.append('ranking_data', records);
  return dir;
}

const toRecord = (
  { user, hypotheses }: TrainingExample,
  i: number,
  timestamp: string,
): TrainingRecords['ranking_data'] => ({
  ...{ timestamp, event_id: `event-${i}`, tenant_id: 'default', user_id: user, interaction_id: `${i}` },
  used_memories: [],
  hypotheses: hypotheses.map(({ selected, ...one }, at) => ({
    ...{ ...one, chosen: selected, id: `h${at + 1}`, score: 0 },
  })),
  model_id: 'candidates',
});

let builds = 0;

/** How often everyone else's selection comes first with the ranker that fits the log, whatever the gate says of it. */
async function firstPlaces(
  log: string,
  build: Partial<BuildRequest>,
  kind: 'protected' | 'open',
): Promise<number> {
  builds += 1;
  const buildId = String(builds).padStart(6, '0');
  const { directory } = await buildDataset(buildRequest(log, { buildId, ...build }));
  await using workspace = await openWorkspace(join(log, 'fitting'));
  const names = await loadFeatureNames(workspace, directory);
  const [train, validation, test] = [
    await loadExamples(workspace, directory, 'train', names),
    await loadExamples(workspace, directory, 'validation', names),
    await loadExamples(workspace, directory, 'test', names),
  ];
  if (kind === 'protected') {
    const fitted = fitRanker({ train, validation, test }, serving, seeded(4));
    return hitRate(toUtilities(fitted.weights, names), names);
  }
  const weights = importanceWeights(train, Number.POSITIVE_INFINITY);
  const prior = toUtilities(serving, names);
  return hitRate(fitLogit(train, { prior, ridge: 1, weights, withPositions: true }).coefficients, names);
}

function hitRate(coefficients: Float64Array, names: string[]): number {
  const { starts, selected, values } = everyoneElse;
  const columns = names.map((name) => everyoneElse.names.indexOf(name));
  const utility = (hypothesis: number) =>
    columns.reduce(
      (sum, column, k) => sum + (coefficients[k] ?? 0) * (values[hypothesis * columns.length + column] ?? 0),
      0,
    );
  let hits = 0;
  for (const [interaction, index] of selected.entries()) {
    const [start, end] = [starts[interaction] ?? 0, starts[interaction + 1] ?? 0];
    const utilities = Array.from({ length: end - start }, (_, i) => utility(start + i));
    if (utilities.indexOf(Math.max(...utilities)) === index - start) hits += 1;
  }
  return hits / selected.length;
}
