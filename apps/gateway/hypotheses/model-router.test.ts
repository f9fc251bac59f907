import { connectDb } from '@learning-loop/db/connect';
import { startExperiment } from '@learning-loop/db/training/experiments';
import { insertModel } from '@learning-loop/db/training/models';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { modelOf, twins } from '@learning-loop/testing/database/tenant-rows';
import { expect, test } from 'vitest';
import { createModelRouter } from './model-router.ts';

const users = Array.from({ length: 100 }, (_, n) => `user-${n}`);

test('each experiment deals out its users anew, so that the same ones do not get every canary', async () => {
  await using db = connectDb(await databaseForTest());
  const route = createModelRouter(db, { llm: { impl: 'rules' }, allowedModels: new Map() });
  const dealt: string[][] = [];
  for (const [n, twin] of twins.entries()) {
    const { tenant_id } = twin;
    const artifact = JSON.stringify({ version: 1, temperature: 1, weights: {} });
    await insertModel(db, { ...modelOf(twin, 'mine'), status: 'candidate', artifact });
    const variants = ['shipped', 'mine'].map((model_id) => ({ model_id, weight: 0.5 }));
    const experiment_id = `01a00000-0000-7000-8000-00000000000${n}`;
    expect(await startExperiment(db, { tenant_id, experiment_id, kind: 'ranker', variants })).toBe(true);
    const served = await Promise.all(users.map((user) => route(tenant_id, user)));
    dealt.push(served.map(({ ranker }) => ranker.ranker_id));
  }
  const [first = [], second = []] = dealt;
  expect(new Set(first)).toEqual(new Set(['shipped', 'mine']));
  // Half of them, by chance.
  const moved = first.filter((ranker, n) => ranker !== second[n]).length;
  expect(moved).toBeGreaterThan(30);
  expect(moved).toBeLessThan(70);
});
