import { connectDb, type Db } from '@learning-loop/db/connect';
import type { ModelStatus } from '@learning-loop/db/schema/training';
import { startExperiment } from '@learning-loop/db/training/experiments';
import { insertModel } from '@learning-loop/db/training/models';
import { promote, rollBack } from '@learning-loop/db/training/promotion';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { modelOf, twins } from '@learning-loop/testing/database/tenant-rows';
import { expect, onTestFinished, test, vi } from 'vitest';
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

type RouterConfig = Parameters<typeof createModelRouter>[1];
const rules: RouterConfig = { llm: { impl: 'rules' }, allowedModels: new Map() };

async function openDb(): Promise<Db> {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  return db;
}

const ranker = (model_id: string, status: ModelStatus = 'candidate') => ({
  ...{ ...modelOf(twins[0], model_id), status },
  artifact: JSON.stringify({ version: 1, temperature: 1, weights: { prior: 2 }, calibration: null }),
});

test('a user gets the same variant in every process, by a share of the users that is its weight', async () => {
  const db = await openDb();
  await insertModel(db, ranker('mine'));
  const variants = [
    // As much as the share of joe, who is the first beyond it.
    { model_id: 'shipped', weight: 0.16854651970788836 },
    { model_id: 'mine', weight: 0.44 },
  ];
  const experiment_id = '01a00000-0000-7000-8000-000000000001';
  await startExperiment(db, { tenant_id: 'acme', experiment_id, kind: 'ranker', variants });
  const route = createModelRouter(db, rules);
  const served: Record<string, string> = {};
  for (const user of ['ada', 'joe', 'fay', 'eve', 'bob'])
    served[user] = (await route('acme', user)).ranker.ranker_id;
  // The first 32 bits of SHA-256 of experiment and user, as a share of 2^32: 0.024, 0.169, 0.438, 0.535 and 0.962.
  // The last one lies beyond all weights, where the active model serves.
  expect(served).toEqual({ ada: 'shipped', joe: 'mine', fay: 'mine', eve: 'mine', bob: 'shipped' });
});

test('what was promoted serves after 4 s; the entry of before serves until 8 s, while it is read anew', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const db = await openDb();
  await insertModel(db, ranker('mine'));
  await insertModel(db, ranker('next'));
  const route = createModelRouter(db, rules);
  const serving = async () => (await route('acme', 'ada')).ranker.ranker_id;
  expect(await serving()).toBe('shipped');
  await promote(db, 'acme', 'mine', 'x');
  vi.advanceTimersByTime(3_999);
  expect(await serving()).toBe('shipped');
  // Had it been read anew, it would be known after as many other reads.
  for (const tenant of ['b', 'c', 'd']) await route(tenant, 'ada');
  expect(await serving(), 'not read anew').toBe('shipped');
  vi.advanceTimersByTime(1);
  expect(await serving(), 'of before, while it is read').toBe('shipped');
  await expect.poll(serving).toBe('mine');
  await promote(db, 'acme', 'next', 'x');
  vi.advanceTimersByTime(8_000);
  expect(await serving(), 'too old to serve').toBe('next');
  await rollBack(db, 'acme', 'next', 'x');
  vi.advanceTimersByTime(8_000);
  expect(await serving()).toBe('shipped');
});

test('without the database the last models go on serving, and a tenant that was never read is not served', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const db = connectDb(await databaseForTest());
  await insertModel(db, ranker('mine', 'active'));
  const route = createModelRouter(db, rules);
  expect((await route('acme', 'ada')).ranker.ranker_id).toBe('mine');
  await db.destroy();
  for (const ms of [4_000, 60_000]) {
    vi.advanceTimersByTime(ms);
    expect((await route('acme', 'ada')).ranker).toMatchObject({
      ranker_id: 'mine',
      weights: { weights: { prior: 2 } },
    });
  }
  await expect(route('acme2', 'ada')).rejects.toThrow();
});

test.each([
  ['of the configured provider and allowed', { provider: 'vllm', model: 'tuned' }, null, 'mine', 'tuned'],
  ['the configured one by name', { provider: 'vllm', model: 'small' }, null, 'mine', 'small'],
  ['tuned by the trainer', { provider: 'vllm', model: 'ft:1' }, 'v1', 'mine', 'ft:1'],
  ['not allowed', { provider: 'vllm', model: 'expensive' }, null, 'configured', undefined],
  ['of another provider', { provider: 'openai', model: 'tuned' }, null, 'configured', undefined],
  ['no language model at all', { weights: {} }, null, 'configured', undefined],
])('an active language model that is %s', async (_what, artifact, dataset_version, llm_id, model) => {
  const db = await openDb();
  const row = {
    ...ranker('mine', 'active'),
    kind: 'llm' as const,
    artifact: JSON.stringify(artifact),
    dataset_version,
  };
  await insertModel(db, row);
  const llm = { impl: 'vllm', model: 'small' } as RouterConfig['llm'];
  const route = createModelRouter(db, { llm, allowedModels: new Map([['tuned', null]]) });
  const served = await route('acme', 'ada');
  expect(served.llm).toEqual({ llm_id, model });
  expect(served.ranker.ranker_id).toBe('shipped');
});
