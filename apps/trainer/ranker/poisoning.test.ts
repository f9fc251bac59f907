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
import { promotionGate } from './promotion-gate.ts';

const trueWeights = { goal: 2, preference: 1, prior: 0.3 };
const serving: RankerWeights = { version: 1, temperature: 1, weights: { goal: 1, preference: 1, prior: 1 } };
const population = {
  users: 990,
  selectionsPerUser: 6,
  trueWeights,
  servedWeights: serving.weights,
  positionBias: 0.3,
  exploration: 0.05,
};

const honest = simulateSelections({ ...population, seed: 1 });
/** Other interactions of honest users: what everyone else gets from a ranker is measured on them. */
const everyoneElse = toExamples(simulateSelections({ ...population, users: 2_000, seed: 2 }));
/** One user in a hundred, each as busy as two hundred others, always picks what users want least. */
const attack = simulateSelections({ ...population, users: 10, selectionsPerUser: 1_200, seed: 3 }).map(
  sabotaged,
);

const protectedBuild = { maxShare: 0.01, minPerUser: 20, quarantineFrom: '2026-11-21T00:00:00.000Z' };
const openBuild = { maxShare: 1, minPerUser: 1_000_000, quarantineFrom: null };

it('is not moved by one user in a hundred, whatever they pick, thanks to the protections', {
  timeout: 120_000,
}, async () => {
  const without = await firstPlaces(await writeLog(honest, []), protectedBuild, 'protected');
  for (const since of ['2026-11-22T09:00:00.000Z', '2026-11-10T09:00:00.000Z']) {
    const log = await writeLog(honest, attack, since);
    const protectedRate = await firstPlaces(log, protectedBuild, 'protected');
    const openRate = await firstPlaces(log, openBuild, 'open');
    expect(Math.abs(protectedRate - without)).toBeLessThan(0.01);
    expect(without - openRate).toBeGreaterThan(0.05);
  }
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

/** How often everyone else's pick comes first with the ranker that the log leads to. */
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
    return hitRate(
      toUtilities(promotionGate(fitted.judgement).passed ? fitted.weights : serving, names),
      names,
    );
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
