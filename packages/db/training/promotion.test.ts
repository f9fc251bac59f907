import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { expect, onTestFinished, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import type { ModelKind, ModelStatus } from '../schema/training.ts';
import { insertModel, listModels } from './models.ts';
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
