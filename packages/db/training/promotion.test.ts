import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import type { ModelKind, ModelStatus } from '../schema/training.ts';
import { startExperiment, stopExperiment } from './experiments.ts';
import {
  findActiveModel,
  findModel,
  insertModel,
  listModelChanges,
  listModels,
  listRankersWithout,
  lockRegistry,
  updateModelMetrics,
} from './models.ts';
import { promote, rollBack } from './promotion.ts';

interface Registered {
  status: ModelStatus;
  parent?: string | null;
  kind?: ModelKind;
  tenant?: string;
}

async function registryWith(models: Record<string, Registered>): Promise<Db> {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  for (const [model_id, model] of Object.entries(models)) await insertModel(db, toRow(model_id, model));
  return db;
}

function toRow(model_id: string, { status, parent = null, kind = 'ranker', tenant = 'default' }: Registered) {
  return {
    ...{ tenant_id: tenant, model_id, kind, status, parent_id: parent },
    ...{ dataset_version: null, metrics: '{}', artifact: '{}', reason: 'a test' },
  };
}

const statuses = async (db: Db, tenant = 'default') =>
  Object.fromEntries((await listModels(db, tenant, 99)).map(({ model_id, status }) => [model_id, status]));

test('rolling back a canary leaves the model that was promoted meanwhile alone in service', async () => {
  const db = await registryWith({
    parent: { status: 'active' },
    canary: { status: 'canary', parent: 'parent' },
    byHand: { status: 'candidate' },
  });
  expect(await promote(db, 'default', 'byHand', 'better')).toBe('done');
  expect(await rollBack(db, 'default', 'canary', 'worse')).toBe('done');
  expect(await statuses(db)).toEqual({ parent: 'retired', canary: 'retired', byHand: 'active' });
});

test('rolling back the active model brings back its retired parent, but not a rejected one', async () => {
  const db = await registryWith({
    good: { status: 'retired' },
    bad: { status: 'rejected' },
    first: { status: 'active', parent: 'good' },
    second: { status: 'candidate', parent: 'bad' },
  });
  expect(await rollBack(db, 'default', 'first', 'worse')).toBe('done');
  expect(await statuses(db)).toEqual({
    ...{ good: 'active', first: 'retired', bad: 'rejected', second: 'candidate' },
  });
  expect(await promote(db, 'default', 'second', 'better')).toBe('done');
  expect(await rollBack(db, 'default', 'second', 'worse')).toBe('done');
  expect(await statuses(db)).toEqual({
    ...{ good: 'retired', first: 'retired', bad: 'rejected', second: 'retired' },
  });
});

test('promoting a ranker retires neither the language model nor the ranker of another tenant', async () => {
  const db = await registryWith({
    serving: { status: 'active' },
    next: { status: 'candidate' },
    llm: { status: 'active', kind: 'llm' },
    foreign: { status: 'active', tenant: 'other' },
  });
  expect(await promote(db, 'default', 'next', 'better')).toBe('done');
  expect(await statuses(db)).toEqual({ serving: 'retired', next: 'active', llm: 'active' });
  expect(await statuses(db, 'other')).toEqual({ foreign: 'active' });
});

test('candidates, canaries and retired models are promoted; active ones and canaries are rolled back', async () => {
  const all = ['candidate', 'canary', 'active', 'retired', 'rejected'] as const;
  const results: Record<string, string[]> = {};
  for (const change of [promote, rollBack]) {
    // Each in a tenant of its own, since only one may be active.
    const db = await registryWith({});
    for (const status of all) {
      await insertModel(db, toRow('model', { status, tenant: status }));
      const result = await change(db, status, 'model', 'by hand');
      results[status] = [...(results[status] ?? []), result, (await statuses(db, status))['model'] ?? ''];
    }
  }
  expect(results).toEqual({
    candidate: ['done', 'active', 'not_from_this_status', 'candidate'],
    canary: ['done', 'active', 'done', 'retired'],
    active: ['not_from_this_status', 'active', 'done', 'retired'],
    retired: ['done', 'active', 'not_from_this_status', 'retired'],
    rejected: ['not_from_this_status', 'rejected', 'not_from_this_status', 'rejected'],
  });
});

test('a change says from which status to which, and why; the newest comes first', async () => {
  const db = await registryWith({
    good: { status: 'active' },
    next: { status: 'candidate', parent: 'good' },
    namesake: { status: 'candidate', tenant: 'other' },
  });
  await promote(db, 'default', 'next', 'better');
  await rollBack(db, 'default', 'next', 'worse');
  await promote(db, 'other', 'namesake', 'foreign');
  const changes = (await listModelChanges(db, 'default', 9)).map(
    ({ model_id, from_status, to_status, reason }) => `${model_id}: ${from_status} > ${to_status}, ${reason}`,
  );
  expect(changes).toEqual([
    'good: retired > active, next was rolled back: worse',
    'next: active > retired, rolled back: worse',
    'next: candidate > active, better',
    'good: active > retired, next was promoted: better',
  ]);
  expect(await listModelChanges(db, 'default', 1)).toHaveLength(1);
  expect((await findModel(db, 'default', 'next'))?.reason).toBe('rolled back: worse');
  expect(await promote(db, 'default', 'namesake', 'not mine')).toBe('no_such_model');
  expect(await rollBack(db, 'default', 'namesake', 'not mine')).toBe('no_such_model');
});

test('a baseline has no row to bring back, and a parent that serves or was retired by nobody stays as it is', async () => {
  const db = await registryWith({
    ranks: { status: 'active', parent: 'shipped' },
    talks: { status: 'active', parent: 'configured', kind: 'llm' },
    waits: { status: 'candidate' },
    child: { status: 'candidate', parent: 'waits' },
  });
  expect(await rollBack(db, 'default', 'ranks', 'worse')).toBe('done');
  expect(await rollBack(db, 'default', 'talks', 'worse')).toBe('done');
  expect(await promote(db, 'default', 'child', 'better')).toBe('done');
  expect(await rollBack(db, 'default', 'child', 'worse')).toBe('done');
  expect(await statuses(db)).toEqual({
    ranks: 'retired',
    talks: 'retired',
    child: 'retired',
    waits: 'candidate',
  });
});

test('changes of the models and experiments of a tenant wait for each other, and for no other tenant', async () => {
  const db = await registryWith({
    mine: { status: 'candidate' },
    theirs: { status: 'candidate', tenant: 'default2' },
  });
  const experiment = { tenant_id: 'default', experiment_id: '01a00000-0000-7000-8000-000000000001' };
  const variants = [{ model_id: 'shipped', weight: 1 }];
  const countBlocked = async () =>
    (
      await sql`select from pg_stat_activity
        where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`.execute(db)
    ).rows.length;
  const waiting = await db.transaction().execute(async (tx) => {
    await lockRegistry(tx, 'default');
    const changes = [
      promote(db, 'default', 'mine', 'better'),
      startExperiment(db, { ...experiment, kind: 'llm', variants }),
      stopExperiment(
        db,
        { ...experiment, experiment_id: '01a00000-0000-7000-8000-000000000002' },
        'stopped',
        'x',
      ),
    ];
    await expect.poll(countBlocked, { interval: 5, timeout: 10_000 }).toBe(3);
    expect(await promote(db, 'default2', 'theirs', 'better')).toBe('done');
    return { changes };
  });
  expect(await Promise.all(waiting.changes)).toEqual(['done', true, false]);
});

test('the model that serves is the active one of its kind, and an id is taken once in a tenant', async () => {
  const db = await registryWith({
    ranks: { status: 'active' },
    talks: { status: 'active', kind: 'llm' },
    waits: { status: 'canary', kind: 'llm' },
    foreign: { status: 'active', tenant: 'default2' },
  });
  expect((await findActiveModel(db, 'default', 'ranker'))?.model_id).toBe('ranks');
  expect((await findActiveModel(db, 'default', 'llm'))?.model_id).toBe('talks');
  expect(await findActiveModel(db, 'default2', 'llm')).toBeUndefined();
  expect(await insertModel(db, { ...toRow('waits', { status: 'active' }), reason: 'again' })).toBe(false);
  expect(await findModel(db, 'default', 'waits')).toMatchObject({
    status: 'canary',
    kind: 'llm',
    reason: 'a test',
  });
  expect(await insertModel(db, toRow('waits', { status: 'candidate', tenant: 'default2' }))).toBe(true);
  expect((await listModels(db, 'default', 9)).map(({ model_id }) => model_id)).toEqual([
    'waits',
    'talks',
    'ranks',
  ]);
  expect(await listModels(db, 'default', 2)).toHaveLength(2);
});

test('rankers that wait or are tried lack a metric until they have it, and keep the others', async () => {
  const db = await registryWith({
    candidate: { status: 'candidate' },
    canary: { status: 'canary' },
    active: { status: 'active' },
    retired: { status: 'retired' },
    rejected: { status: 'rejected' },
    talks: { status: 'candidate', kind: 'llm' },
    theirs: { status: 'candidate', tenant: 'default2' },
  });
  const without = async () => (await listRankersWithout(db, 'ips')).map(({ model_id }) => model_id).sort();
  expect(await without()).toEqual(['canary', 'candidate', 'theirs']);
  const model = await findModel(db, 'default', 'candidate');
  if (model) {
    await updateModelMetrics(db, model, { kept: 1, ips: 1 });
    await updateModelMetrics(db, model, { ips: null });
  }
  expect(await without()).toEqual(['canary', 'theirs']);
  expect((await findModel(db, 'default', 'candidate'))?.metrics).toEqual({ kept: 1, ips: null });
});
