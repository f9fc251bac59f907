import { connectDb, type Db } from '@learning-loop/db/connect';
import type { ModelKind } from '@learning-loop/db/schema/training';
import { listExperiments, startExperiment } from '@learning-loop/db/training/experiments';
import { findActiveModel, findModel, insertModel, listModels } from '@learning-loop/db/training/models';
import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import pino from 'pino';
import { expect, it } from 'vitest';
import { evaluateExperiments, monitorExperiments, toPauseMs } from './experiments.ts';

const log = pino({ level: 'silent' });
const tenant_id = 'default';
const usersOfEach = 100;
const answersOfEach = 8;

interface Tried {
  baseline: string;
  artifact: object;
  /** Who an interaction counts for. */
  servedBy: (model_id: string) => { ranker_id?: string; llm_id?: string };
}

const kinds: Record<ModelKind, Tried> = {
  ranker: {
    baseline: 'shipped',
    artifact: { version: 1, temperature: 1, weights: {} },
    servedBy: (ranker_id) => ({ ranker_id }),
  },
  llm: {
    baseline: 'configured',
    artifact: { provider: 'vllm', model: 'tuned' },
    servedBy: (llm_id) => ({ ranker_id: 'shipped', llm_id }),
  },
};

/** An experiment between the baseline of a kind and others, with equal shares; picks take the first place so often. */
async function experiment(
  db: Db,
  firstPlaces: Record<string, number>,
  kind: ModelKind = 'ranker',
): Promise<void> {
  const { baseline, artifact, servedBy } = kinds[kind];
  const others = Object.keys(firstPlaces).filter((model_id) => model_id !== baseline);
  for (const model_id of others)
    await insertModel(db, {
      ...{ tenant_id, model_id, kind, status: 'candidate', dataset_version: null, parent_id: baseline },
      ...{ artifact: JSON.stringify(artifact), metrics: '{}', reason: 'to be tried' },
    });
  const variants = [baseline, ...others].map((model_id, _, all) => ({ model_id, weight: 1 / all.length }));
  await startExperiment(db, { tenant_id, experiment_id: newId(), kind, variants });
  for (const [model_id, rate] of Object.entries(firstPlaces))
    await play(db, model_id, { rate, served: servedBy(model_id) });
}

/** What the users of one model were shown and picked; the rules answered for whichever model was asked. */
async function play(
  db: Db,
  model_id: string,
  { rate, served }: { rate: number; served: ReturnType<Tried['servedBy']> },
): Promise<void> {
  const shown = Array.from({ length: usersOfEach * answersOfEach }, (_, i) => ({
    ...{ tenant_id, interaction_id: newId(), user_id: `${model_id} ${i % usersOfEach}`, input_text: 'which' },
    selected_id: (i * 37 + Math.floor(i / usersOfEach) * 13) % 100 < rate * 100 ? 'h1' : 'h2',
  }));
  await db
    .insertInto('interactions')
    .values(
      shown.map(({ selected_id, ...shown }) => ({
        ...{ ...shown, ...served, media_type: 'text/plain', model_id: 'rules', auto_advance: false },
        ...{ used_memories: '[]', context: '{}', hypotheses: '[]', created_at: new Date() },
      })),
    )
    .execute();
  await db
    .insertInto('selections')
    .values(
      shown.map((pick) => ({
        ...{ ...pick, event_id: newId(), auto_advanced: false },
        ...{ shown: '[]', answer: '{}', selected_at: new Date() },
      })),
    )
    .execute();
}

it.each([
  [0, 5_000],
  [250, 5_000],
  [251, 5_020],
  [1_000, 20_000],
])('after %i ms of looking it pauses for %i ms', (tookMs, pauseMs) => {
  expect(toPauseMs(tookMs)).toBe(pauseMs);
});

it('promotes the better ranker, with the reason in the registry', async () => {
  await using db = connectDb(await databaseForTest());
  await experiment(db, { shipped: 0.4, better: 0.7 });
  const lines: object[] = [];
  const watched = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  {
    await using _ = monitorExperiments({ log: watched }, db);
  }
  const [ended] = await listExperiments(db, tenant_id, 9);
  expect(ended).toMatchObject({ status: 'stopped', outcome: 'promoted' });
  expect(ended?.reason).toContain('first-place rate 70.0 % against 40.0 %');
  expect(await findActiveModel(db, tenant_id, 'ranker')).toMatchObject({
    model_id: 'better',
    status: 'active',
  });
  const { experiment_id, reason } = ended ?? {};
  expect(lines).toMatchObject([
    {
      level: 30,
      msg: 'experiment_decided',
      tenant_id,
      experiment_id,
      kind: 'promote',
      model_id: 'better',
      reason,
    },
  ]);
});

it('rolls the only other one back, and begins no experiment of one', async () => {
  await using db = connectDb(await databaseForTest());
  await experiment(db, { shipped: 0.6, worse: 0.2 });
  await evaluateExperiments(db, log);
  const all = await listExperiments(db, tenant_id, 9);
  expect(all.map(({ status, outcome }) => [status, outcome])).toEqual([['stopped', 'rolled_back']]);
});

it('says nothing of a decision that another process took first', async () => {
  await using db = connectDb(await databaseForTest());
  await experiment(db, { shipped: 0.6, worse: 0.2 });
  const lines: object[] = [];
  const watched = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  await Promise.all([evaluateExperiments(db, watched), evaluateExperiments(db, watched)]);
  expect(lines).toMatchObject([{ msg: 'experiment_decided', kind: 'roll_back', model_id: 'worse' }]);
});

it('says that it cannot read, and goes on', async () => {
  await using db = connectDb(await databaseForTest(), { role: 'learning_loop_memory' });
  const lines: object[] = [];
  const watched = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  await using _ = monitorExperiments({ log: watched }, db);
  await expect
    .poll(() => lines, { interval: 5 })
    .toMatchObject([{ level: 40, msg: 'experiments_not_read', err: { code: '42501' } }]);
});

it('stops an experiment whose users do not arrive as it shares them out, and promotes nobody', async () => {
  await using db = connectDb(await databaseForTest());
  await experiment(db, { shipped: 0.4, better: 0.7 });
  // Of the one variant one user is left, of the other all hundred.
  for (const first of [1, 2, 3, 4, 5, 6, 7, 8, 9])
    for (const table of ['selections', 'interactions'] as const)
      await db.deleteFrom(table).where('user_id', 'like', `shipped ${first}%`).execute();
  await evaluateExperiments(db, log);
  const [ended] = await listExperiments(db, tenant_id, 9);
  expect(ended).toMatchObject({ status: 'stopped', outcome: 'invalid' });
  expect(await findActiveModel(db, tenant_id, 'ranker')).toBeUndefined();
});

it('rolls the worse one back; the others go on with its share at the control', async () => {
  await using db = connectDb(await databaseForTest());
  await experiment(db, { shipped: 0.6, worse: 0.2, equal: 0.6 });
  await evaluateExperiments(db, log);
  const [next, ended] = await listExperiments(db, tenant_id, 9);
  expect(ended).toMatchObject({ status: 'stopped', outcome: 'rolled_back' });
  expect(next?.status).toBe('running');
  expect(next?.variants.map(({ model_id }) => model_id)).toEqual(['shipped', 'equal']);
  expect(next?.variants[0]?.weight).toBeCloseTo(2 / 3, 9);
  const statuses = (await listModels(db, tenant_id, 9)).map(({ model_id, status }) => [model_id, status]);
  expect(Object.fromEntries(statuses)).toEqual({ worse: 'retired', equal: 'canary' });
});

it('rolls a language model back whose proposals are not picked, whoever ranked them', async () => {
  await using db = connectDb(await databaseForTest());
  await experiment(db, { configured: 1, tuned: 0 }, 'llm');
  await evaluateExperiments(db, log);
  expect(await findModel(db, tenant_id, 'tuned')).toMatchObject({
    status: 'retired',
    reason: expect.stringContaining('first-place rate 0.0 % against 100.0 %'),
  });
});

it('goes on looking while neither is better, and keeps what it saw', async () => {
  await using db = connectDb(await databaseForTest());
  await experiment(db, { shipped: 0.6, equal: 0.6 });
  await evaluateExperiments(db, log);
  const [running] = await listExperiments(db, tenant_id, 9);
  expect(running?.status).toBe('running');
  expect(running?.looks).toMatchObject({
    variants: { equal: { assigned: usersOfEach, interactions: usersOfEach * answersOfEach } },
  });
});
