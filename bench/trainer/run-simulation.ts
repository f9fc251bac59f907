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
import { type Outcome, type Population, population } from './simulation.ts';

const seed = 2026;
const users = 600;
const picks = 20_000;
const canaryShare = 0.1;
const lookEvery = 250;
const mostInteractions = 20_000;
const tenant_id = 'default';

const silent = pino({ level: 'silent' });
const say = (line: string) => process.stdout.write(`${line}\n`);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** The big loop from nothing: picks, a dataset, a fitted ranker that wins its experiment, a bad one that loses it. */
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
const crowd = population(db, log, users, random);
const points: Point[] = [];
const marks: Mark[] = [];
/** The crowd, with a point for the picture after every 500 interactions at most. */
const people: Population = {
  async play(interactions) {
    const parts: Outcome[] = [];
    for (let left = interactions; left > 0; left -= 500) {
      const part = await crowd.play(Math.min(500, left));
      parts.push(part);
      points.push({ at: played() + part.picks, share: part.first_place_rate });
    }
    const total = parts.reduce((sum, part) => sum + part.picks, 0);
    const first = parts.reduce((sum, part) => sum + part.picks * part.first_place_rate, 0);
    return { picks: total, first_place_rate: first / Math.max(1, total) };
  },
};
const played = () => points.at(-1)?.at ?? 0;
const mark = (label: string) => marks.push({ at: played(), label });

const faults = [...(await learn()), ...(await defend())];
for (const fault of faults) say(`FAILED: ${fault}`);
const { values } = parseArgs({ options: { picture: { type: 'string' } } });
if (values.picture)
  await writeFile(values.picture, chart('Share of the picks that took the first place', points, marks));
process.exitCode = faults.length > 0 ? 1 : 0;

async function learn(): Promise<string[]> {
  say(`Cold start: ${users} people whose tastes nobody was told, ranked by the shipped weights.`);
  const cold = await people.play(picks / 4);
  say(`  first ${cold.picks} picks: ${percent(cold.first_place_rate)} took the first place`);
  await people.play(picks / 2);
  const before = await people.play(picks / 4);
  say(`  last ${before.picks} of ${picks} picks: ${percent(before.first_place_rate)}`);

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
  say(`Dataset ${dataset.manifest.version}:`);
  for (const [step, left] of Object.entries(dataset.manifest.filters['hypotheses_data'] ?? {}))
    say(`  ${step.padEnd(34)}${left}`);
  say(`  hypotheses_chat.jsonl: ${samples['hypotheses_chat.jsonl']?.samples} samples`);

  const model_id = await trainAndRegister(
    { config: { canaryShare, trainingDataDir }, log: silent },
    db,
    dataset,
    { random, experimentId: () => seededId(random) },
  );
  const fitted = await findModel(db, tenant_id, model_id ?? '');
  if (fitted?.status !== 'canary') return [`the fitted ranker is no canary: ${fitted?.reason}`];
  say(`Fitted ranker ${fitted.model_id}: ${fitted.metrics['gate']}`);
  sayWeights(fitted);

  mark('canary');
  const served = await playUntilDecided(people, db);
  const [experiment] = await listExperiments(db, tenant_id, 1);
  mark(`${experiment?.outcome}`);
  say(`Canary on ${percent(canaryShare)} of the users: ${experiment?.outcome} after ${served} interactions.`);
  say(`  ${experiment?.reason}`);
  const after = await people.play(picks / 4);
  say(`After: ${percent(after.first_place_rate)} of ${after.picks} picks took the first place.`);
  const gain = after.first_place_rate - before.first_place_rate;
  const noise = 3 * Math.sqrt((2 * 0.25) / after.picks);
  say(`  ${percent(gain)} more than before; three standard errors are ${percent(noise)}.`);
  return [
    experiment?.outcome !== 'promoted' && 'the fitted ranker was not promoted',
    gain < 2 * noise && 'the gain is not well outside noise',
  ].filter((fault) => fault !== false);
}

async function defend(): Promise<string[]> {
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
  const served = await playUntilDecided(people, db);
  const [experiment] = await listExperiments(db, tenant_id, 1);
  say(
    `A bad ranker on ${percent(canaryShare)} of the users: ${experiment?.outcome} after ${served} interactions.`,
  );
  say(`  ${experiment?.reason}`);
  for (const { model_id, status, reason } of await listModels(db, tenant_id, 10))
    say(`  ${model_id.padEnd(34)}${status.padEnd(10)}${reason}`);
  const active = await findActiveModel(db, tenant_id, 'ranker');
  return [
    experiment?.outcome !== 'rolled_back' && 'the bad ranker was not rolled back',
    served > 2_000 && 'the rollback took more than 2,000 interactions',
    active?.model_id !== serving?.model_id && 'the serving ranker was touched',
  ].filter((fault) => fault !== false);
}

/** Plays on, looking as the trainer does, until the running experiment is decided. Returns the interactions. */
async function playUntilDecided(crowd: Population, database: Db): Promise<number> {
  for (let played = 0; played < mostInteractions; ) {
    await crowd.play(lookEvery);
    played += lookEvery;
    await evaluateExperiments(database, silent);
    const [experiment] = await listExperiments(database, tenant_id, 1);
    if (experiment?.status === 'stopped') return played;
  }
  return mostInteractions;
}

function sayWeights(model: Model): void {
  for (const [name, weight] of Object.entries(toRankerWeights(model).weights))
    if (Math.abs(weight) > 0.01) say(`  ${name.padEnd(20)}${weight.toFixed(2)}`);
}
