import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { expect, it } from 'vitest';
import { connectDb } from '../connect.ts';
import { listSnapshots, saveSnapshot, startExperiment } from './experiments.ts';

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
