import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { expect, it } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import type { ModelKind, ModelStatus } from '../schema/training.ts';
import {
  findRunningExperiment,
  listExperiments,
  listRunningExperiments,
  listSnapshots,
  saveSnapshot,
  startExperiment,
  stopExperiment,
} from './experiments.ts';
import { insertModel, listModelChanges, listModels } from './models.ts';
import { promote, rollBack } from './promotion.ts';

const snapshot = (interactions: number) => ({
  sample_ratio_evidence: 1,
  variants: { shipped: { assigned: 1, interactions, first_place: null } },
});

it('keeps snapshots of an experiment with enough new interactions, and the one that decides', async () => {
  await using db = connectDb(await databaseForTest());
  const experiment = { tenant_id: 'default', experiment_id: newId() };
  const see = (interactions: number, decides = false) =>
    saveSnapshot(db, experiment, snapshot(interactions), { decides });
  for (const interactions of [1_000, 1_000, 1_010, 1_020, 1_021, 1_030]) await see(interactions);
  await Promise.all([see(1_031, true), see(1_031, true)]);
  await saveSnapshot(db, { ...experiment, tenant_id: 'other' }, snapshot(5), { decides: false });
  const seen = (await listSnapshots(db, experiment)).map(({ variants }) => variants['shipped']?.interactions);
  expect(seen).toEqual([1_000, 1_021, 1_031]);
});

it('runs one experiment of each kind at a time', async () => {
  await using db = connectDb(await databaseForTest());
  const start = (kind: 'ranker' | 'llm', control: string) => {
    const variants = [control, 'mine'].map((model_id) => ({ model_id, weight: 0.5 }));
    return startExperiment(db, { tenant_id: 'default', experiment_id: newId(), kind, variants });
  };
  expect(await start('llm', 'configured')).toBe(true);
  expect(await start('ranker', 'shipped')).toBe(true);
  expect(await start('ranker', 'shipped')).toBe(false);
});

const id = (n: number) => `01a00000-0000-7000-8000-00000000000${n}`;
const weights = (...ids: string[]) => ids.map((model_id) => ({ model_id, weight: 1 / ids.length }));

async function register(
  db: Db,
  tenant_id: string,
  statuses: Record<string, ModelStatus>,
  kind: ModelKind = 'ranker',
) {
  for (const [model_id, status] of Object.entries(statuses))
    await insertModel(db, {
      ...{ tenant_id, model_id, kind, status, dataset_version: null, parent_id: null },
      ...{ metrics: '{}', artifact: '{}', reason: 'a test' },
    });
}

const statuses = async (db: Db, tenant = 'acme') =>
  Object.fromEntries((await listModels(db, tenant, 99)).map(({ model_id, status }) => [model_id, status]));
const begin = (db: Db, n: number, models: string[], kind: ModelKind = 'ranker', tenant_id = 'acme') =>
  startExperiment(db, { tenant_id, experiment_id: id(n), kind, variants: weights(...models) });

it('makes canaries of candidates and retired models, and of no active or rejected one', async () => {
  await using db = connectDb(await databaseForTest());
  const all = {
    a: 'active',
    c: 'candidate',
    r: 'retired',
    x: 'rejected',
    k: 'canary',
    idle: 'candidate',
  } as const;
  for (const tenant of ['acme', 'acme2']) await register(db, tenant, all);
  expect(await begin(db, 1, ['a', 'c', 'r', 'x', 'k', 'unknown'])).toBe(true);
  expect(await statuses(db)).toEqual({ ...all, c: 'canary', r: 'canary' });
  expect(await statuses(db, 'acme2')).toEqual(all);
  const changes = await listModelChanges(db, 'acme', 9);
  expect(
    changes.map(({ model_id, from_status, to_status, reason }) => [model_id, from_status, to_status, reason]),
  ).toEqual([
    ['r', 'retired', 'canary', `in experiment ${id(1)}`],
    ['c', 'candidate', 'canary', `in experiment ${id(1)}`],
  ]);
  expect(await begin(db, 2, ['idle'])).toBe(false);
  expect((await statuses(db))['idle']).toBe('candidate');
  expect(await findRunningExperiment(db, 'acme', 'ranker')).toMatchObject({
    ...{ experiment_id: id(1), status: 'running', variants: weights('a', 'c', 'r', 'x', 'k', 'unknown') },
    ...{ ended_at: null, outcome: null, reason: null, looks: {} },
  });
  expect(await findRunningExperiment(db, 'acme', 'llm')).toBeUndefined();
  expect(await findRunningExperiment(db, 'acme2', 'ranker')).toBeUndefined();
});

it('retires the canaries of an experiment that is stopped, once, and lets the next one begin', async () => {
  await using db = connectDb(await databaseForTest());
  const all = { a: 'active', c: 'candidate', idle: 'canary' } as const;
  for (const tenant of ['acme', 'acme2']) await register(db, tenant, all);
  await register(db, 'acme', { talks: 'candidate' }, 'llm');
  await begin(db, 1, ['a', 'c']);
  await begin(db, 1, ['a', 'c'], 'ranker', 'acme2');
  await begin(db, 2, ['configured', 'talks'], 'llm');
  const stop = (n: number) =>
    stopExperiment(db, { tenant_id: 'acme', experiment_id: id(n) }, 'stopped', 'by hand');
  expect(await stop(9)).toBe(false);
  expect(await stop(1)).toBe(true);
  expect(await stop(1)).toBe(false);
  expect(await statuses(db)).toEqual({ ...all, c: 'retired', talks: 'canary' });
  expect(await statuses(db, 'acme2')).toEqual({ ...all, c: 'canary' });
  expect(await listExperiments(db, 'acme', 9)).toMatchObject([
    { experiment_id: id(2), status: 'running', outcome: null },
    {
      experiment_id: id(1),
      status: 'stopped',
      outcome: 'stopped',
      reason: 'by hand',
      ended_at: expect.any(Date),
    },
  ]);
  expect(await listExperiments(db, 'acme', 1)).toHaveLength(1);
  const running = (await listRunningExperiments(db)).map(
    (one) => `${one.tenant_id} ${one.experiment_id.at(-1)}`,
  );
  expect(running.sort()).toEqual(['acme 2', 'acme2 1']);
  expect(await begin(db, 3, ['a', 'c'])).toBe(true);
  expect((await statuses(db))['c']).toBe('canary');
});

it.each([
  ['promoted', promote, { a: 'retired', c: 'active', d: 'retired' }],
  ['rolled_back', rollBack, { a: 'active', c: 'retired', d: 'retired' }],
] as const)(
  'ends as %s with the model, without the other canaries, and no experiment without it',
  async (outcome, change, expected) => {
    await using db = connectDb(await databaseForTest());
    for (const tenant of ['acme', 'acme2']) {
      await register(db, tenant, { a: 'active', c: 'candidate', d: 'candidate' });
      await begin(db, 1, ['a', 'c', 'd'], 'ranker', tenant);
    }
    await register(db, 'acme', { talks: 'candidate' }, 'llm');
    await begin(db, 2, ['configured', 'talks'], 'llm');
    expect(await change(db, 'acme', 'c', 'measured')).toBe('done');
    expect(await statuses(db)).toEqual({ ...expected, talks: 'canary' });
    expect(await statuses(db, 'acme2')).toEqual({ a: 'active', c: 'canary', d: 'canary' });
    expect(
      (await listExperiments(db, 'acme', 9)).map((one) => [
        one.experiment_id,
        one.status,
        one.outcome,
        one.reason,
      ]),
    ).toEqual([
      [id(2), 'running', null, null],
      [id(1), 'stopped', outcome, 'measured'],
    ]);
    expect(await findRunningExperiment(db, 'acme2', 'ranker')).toBeDefined();
    const changes = (await listModelChanges(db, 'acme', 9)).filter(({ model_id }) => model_id === 'c');
    expect(changes.map(({ from_status, to_status }) => [from_status, to_status])).toEqual([
      ['canary', expected.c],
      ['candidate', 'canary'],
    ]);
  },
);

it('keeps what it saw last, whether or not it is one of the series', async () => {
  await using db = connectDb(await databaseForTest());
  for (const tenant_id of ['acme', 'acme2']) await begin(db, 1, ['shipped'], 'ranker', tenant_id);
  const key = { tenant_id: 'acme', experiment_id: id(1) };
  const two = { control: { ...snapshot(40).variants.shipped }, mine: { ...snapshot(60).variants.shipped } };
  await saveSnapshot(db, key, { sample_ratio_evidence: 1, variants: two }, { decides: false });
  await saveSnapshot(db, key, { ...snapshot(101), sample_ratio_evidence: 7 }, { decides: false });
  await saveSnapshot(db, key, { ...snapshot(100), sample_ratio_evidence: 8 }, { decides: true });
  expect(await findRunningExperiment(db, 'acme', 'ranker')).toMatchObject({
    looks: { ...snapshot(100), sample_ratio_evidence: 8 },
  });
  expect((await listSnapshots(db, key)).map(({ variants }) => variants)).toEqual([two]);
  expect((await findRunningExperiment(db, 'acme2', 'ranker'))?.looks).toEqual({});
  // The series is ordered by what was seen, and a decision is kept from one interaction more on.
  await saveSnapshot(db, key, snapshot(1_000), { decides: false });
  await saveSnapshot(db, key, snapshot(1_001), { decides: true });
  expect((await listSnapshots(db, key)).map(({ variants }) => Object.keys(variants).length)).toEqual([
    2, 1, 1,
  ]);
});
