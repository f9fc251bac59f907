import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { connectDb, type Db } from '@learning-loop/db/connect';
import { migrate } from '@learning-loop/db/migrate';
import { listExperiments, startExperiment } from '@learning-loop/db/training/experiments';
import {
  findActiveModel,
  findModel,
  insertModel,
  listModels,
  type Model,
} from '@learning-loop/db/training/models';
import { startEmbeddedPostgres } from '@learning-loop/embedded-postgres/start';
import { newId } from '@learning-loop/events/ids';
import { openTrainingLog } from '@learning-loop/training-log/open';
import pino from 'pino';
import { buildDataset } from 'trainer/dataset/build';
import { evaluateExperiments } from 'trainer/jobs/experiments';
import { toRankerWeights, trainAndRegister } from 'trainer/ranker/train-and-register';
import { numbersFrom } from '../quality/random.ts';
import { chart, type Mark, type Point } from './chart.ts';
import { seededId } from './seeded-id.ts';
import { createPopulation, type Outcome, type Population } from './simulation.ts';

const seed = 2026;
const users = 600;
const selectionCount = 20_000;
const canaryShare = 0.1;
const evaluateEvery = 250;
const maxInteractions = 20_000;
const tenant_id = 'default';

const silent = pino({ level: 'silent' });
const print = (line: string) => process.stdout.write(`${line}\n`);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/**
 * The training loop from nothing: selections, a dataset, a fitted ranker that wins its experiment, a bad one that
 * loses.
 */
await using resources = new AsyncDisposableStack();
const directory = await mkdtemp(path.join(tmpdir(), 'training-'));
resources.defer(() => rm(directory, { recursive: true, force: true }));
await chmod(directory, 0o755);
const postgres = resources.use(await startEmbeddedPostgres(path.join(directory, 'postgres')));
const db = resources.use(connectDb(postgres.url, { name: 'show' }));
await migrate(db);
const trainingDataDir = path.join(directory, 'training');
const log = resources.use(await openTrainingLog(trainingDataDir, { log: silent }));
const random = numbersFrom(seed);
const plainPopulation = createPopulation(db, log, users, random);
const points: Point[] = [];
const marks: Mark[] = [];
/** Records a point of the chart after every 500 interactions at most. */
const population: Population = {
  async simulate(interactions) {
    const parts: Outcome[] = [];
    for (let left = interactions; left > 0; left -= 500) {
      const part = await plainPopulation.simulate(Math.min(500, left));
      parts.push(part);
      points.push({ at: interactionCount() + part.selections, share: part.first_place_rate });
    }
    const total = parts.reduce((sum, part) => sum + part.selections, 0);
    const first = parts.reduce((sum, part) => sum + part.selections * part.first_place_rate, 0);
    return { selections: total, first_place_rate: first / Math.max(1, total) };
  },
};
const interactionCount = () => points.at(-1)?.at ?? 0;
const mark = (label: string) => marks.push({ at: interactionCount(), label });

const faults = [...(await runLearning()), ...(await runDefence())];
for (const fault of faults) print(`FAILED: ${fault}`);
const { values } = parseArgs({ options: { picture: { type: 'string' } } });
if (values.picture)
  await writeFile(values.picture, chart('Share of the picks that took the first place', points, marks));
process.exitCode = faults.length > 0 ? 1 : 0;

async function runLearning(): Promise<string[]> {
  print(`Cold start: ${users} people whose tastes nobody was told, ranked by the shipped weights.`);
  const cold = await population.simulate(selectionCount / 4);
  print(`  first ${cold.selections} picks: ${percent(cold.first_place_rate)} took the first place`);
  await population.simulate(selectionCount / 2);
  const before = await population.simulate(selectionCount / 4);
  print(`  last ${before.selections} of ${selectionCount} picks: ${percent(before.first_place_rate)}`);

  const dataset = await buildDataset({
    ...{
      buildId: newId(),
      tenantId: tenant_id,
      trainingDataDir,
      minConfidence: 0.7,
      maxShare: 0.01,
      minPerUser: 20,
    },
    ...{ excludedUsers: [], quarantineFrom: null, now: new Date(), progress: async () => {} },
  });
  const samples = dataset.manifest.files;
  print(`Dataset ${dataset.manifest.version}:`);
  for (const [step, left] of Object.entries(dataset.manifest.filters['hypotheses_data'] ?? {}))
    print(`  ${step.padEnd(34)}${left}`);
  print(`  hypotheses_chat.jsonl: ${samples['hypotheses_chat.jsonl']?.samples} samples`);

  const model_id = await trainAndRegister(
    { config: { canaryShare, trainingDataDir }, log: silent },
    db,
    dataset,
    { random, experimentId: () => seededId(random) },
  );
  const fitted = await findModel(db, tenant_id, model_id ?? '');
  if (fitted?.status !== 'canary') return [`the fitted ranker is no canary: ${fitted?.reason}`];
  print(`Fitted ranker ${fitted.model_id}: ${fitted.metrics['gate']}`);
  printWeights(fitted);

  mark('canary');
  const served = await simulateUntilDecided(population, db);
  const [experiment] = await listExperiments(db, tenant_id, 1);
  mark(`${experiment?.outcome}`);
  print(
    `Canary on ${percent(canaryShare)} of the users: ${experiment?.outcome} after ${served} interactions.`,
  );
  print(`  ${experiment?.reason}`);
  const after = await population.simulate(selectionCount / 4);
  print(`After: ${percent(after.first_place_rate)} of ${after.selections} picks took the first place.`);
  const gain = after.first_place_rate - before.first_place_rate;
  const noise = 3 * Math.sqrt((2 * 0.25) / after.selections);
  print(`  ${percent(gain)} more than before; three standard errors are ${percent(noise)}.`);
  return [
    experiment?.outcome !== 'promoted' && 'the fitted ranker was not promoted',
    gain < 2 * noise && 'the gain is not well outside noise',
  ].filter((fault) => fault !== false);
}

async function runDefence(): Promise<string[]> {
  const serving = await findActiveModel(db, tenant_id, 'ranker');
  const weights = Object.entries(toRankerWeights(serving).weights).map(([name, weight]) => [name, -weight]);
  const artifact = { version: 1, temperature: 1, weights: Object.fromEntries(weights), calibration: null };
  await insertModel(db, {
    ...{ tenant_id, model_id: 'upside-down', kind: 'ranker', status: 'candidate', dataset_version: null },
    ...{ parent_id: serving?.model_id ?? null, metrics: '{}', reason: 'bad on purpose' },
    artifact: JSON.stringify(artifact),
  });
  const variants = [
    { model_id: serving?.model_id ?? 'shipped', weight: 1 - canaryShare },
    { model_id: 'upside-down', weight: canaryShare },
  ];
  await startExperiment(db, { tenant_id, experiment_id: seededId(random), kind: 'ranker', variants });
  const served = await simulateUntilDecided(population, db);
  const [experiment] = await listExperiments(db, tenant_id, 1);
  print(
    `A bad ranker on ${percent(canaryShare)} of the users: ${experiment?.outcome} after ${served} interactions.`,
  );
  print(`  ${experiment?.reason}`);
  for (const { model_id, status, reason } of await listModels(db, tenant_id, 10))
    print(`  ${model_id.padEnd(34)}${status.padEnd(10)}${reason}`);
  const active = await findActiveModel(db, tenant_id, 'ranker');
  return [
    experiment?.outcome !== 'rolled_back' && 'the bad ranker was not rolled back',
    served > 2_000 && 'the rollback took more than 2,000 interactions',
    active?.model_id !== serving?.model_id && 'the serving ranker was touched',
  ].filter((fault) => fault !== false);
}

/** Simulates, evaluating experiments like the trainer, until the running one is decided. Returns the interactions. */
async function simulateUntilDecided(population: Population, database: Db): Promise<number> {
  for (let simulated = 0; simulated < maxInteractions; ) {
    await population.simulate(evaluateEvery);
    simulated += evaluateEvery;
    await evaluateExperiments(database, silent);
    const [experiment] = await listExperiments(database, tenant_id, 1);
    if (experiment?.status === 'stopped') return simulated;
  }
  return maxInteractions;
}

function printWeights(model: Model): void {
  for (const [name, weight] of Object.entries(toRankerWeights(model).weights))
    if (Math.abs(weight) > 0.01) print(`  ${name.padEnd(20)}${weight.toFixed(2)}`);
}
