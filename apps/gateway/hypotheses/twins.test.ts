import { connectDb, type Db } from '@learning-loop/db/connect';
import { insertModel } from '@learning-loop/db/training/models';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { fillTenant, modelOf, type Twin, twins, user_id } from '@learning-loop/testing/database/tenant-rows';
import { expect, onTestFinished, test } from 'vitest';
import { createComparer } from './comparer.ts';
import { createModelRouter } from './model-router.ts';
import { createTenantStatistics } from './tenant-statistics.ts';
import { createProfileLoader } from './user-profile.ts';

/** A tenant and one whose name begins alike, with the same user; what is kept in memory of one is asked for the other. */
const [acme, acme2] = twins;

async function stage(fill: (db: Db, twin: Twin) => Promise<unknown> = fillTenant): Promise<Db> {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  for (const twin of twins) await fill(db, twin);
  return db;
}

function expectOwn(found: unknown[]): void {
  const texts = found.map((one) => JSON.stringify(one));
  expect(texts.map((text) => [text.includes(acme.word), text.includes(acme2.word)])).toEqual([
    [true, false],
    [false, true],
    [true, false],
  ]);
}

test('the statistics of a tenant are its own, however shortly those of another were read', async () => {
  const load = createTenantStatistics(await stage());
  const found = [];
  for (const { tenant_id } of [acme, acme2, acme])
    found.push((await load(tenant_id)).selectionsOfOthers('somebody else'));
  expectOwn(found);
});

test('the model that serves a tenant is its own, whatever the same id is for another', async () => {
  const db = await stage((to, twin) => {
    const ranker = { version: 1, temperature: 1, weights: { [twin.word]: 1 }, calibration: null };
    return insertModel(to, { ...modelOf(twin, 'mine'), status: 'active', artifact: JSON.stringify(ranker) });
  });
  const route = createModelRouter(db, { llm: { impl: 'rules' }, allowedModels: new Map() });
  const found = [];
  for (const { tenant_id } of [acme, acme2, acme]) found.push((await route(tenant_id, user_id)).ranker);
  expectOwn(found);
});

test('the profile of a user is that of its tenant, also when both are loaded at once', async () => {
  const load = createProfileLoader({ db: await stage(), comparer: createComparer() }, { selections: true });
  const found = await Promise.all([acme, acme2, acme].map(({ tenant_id }) => load({ tenant_id, user_id })));
  expectOwn(found);
  expect(found.map(({ interaction_count }) => interaction_count)).toEqual([1, 2, 1]);
});

test('what a user told is read anew only when it changed, and never from another with the same id', async () => {
  const db = await stage();
  const load = createProfileLoader({ db, comparer: createComparer() }, { selections: true });
  const ask = () => Promise.all(twins.map(({ tenant_id }) => load({ tenant_id, user_id })));
  const [first, first2] = await ask();
  const [again, again2] = await ask();
  expect([again?.memories === first?.memories, again?.selections === first?.selections]).toEqual([
    true,
    true,
  ]);
  await db
    .updateTable('memories')
    .set({ content: 'changed' })
    .where('tenant_id', '=', acme.tenant_id)
    .execute();
  const [changed, changed2] = await ask();
  expect(new Set(changed?.memories.map(({ content }) => content))).toEqual(new Set(['changed']));
  expect([changed?.selections === first?.selections, changed2?.memories === first2?.memories]).toEqual([
    true,
    true,
  ]);
  expect(again2?.memories).toBe(first2?.memories);
});

test('who needs no selections gets none, and leaves those that are kept for others', async () => {
  const db = await stage();
  const [ranking, prompt] = [true, false].map((selections) =>
    createProfileLoader({ db, comparer: createComparer() }, { selections }),
  );
  const user = { tenant_id: acme.tenant_id, user_id };
  const first = await ranking?.(user);
  expect(first?.selections).not.toEqual([]);
  const other = await prompt?.(user);
  expect([other?.selections, other?.memories === first?.memories]).toEqual([[], true]);
  expect((await ranking?.(user))?.selections).toBe(first?.selections);
});
