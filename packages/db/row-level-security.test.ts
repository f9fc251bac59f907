import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connectDb, type Db } from './connect.ts';
import { listDeadLetters } from './loop/dead-letters.ts';
import { migrateFirst } from './migrate.ts';
import { requestErasure } from './privacy/erasures.ts';
import { listUserTables } from './privacy/user-data.ts';
import { requestBuild } from './training/dataset-builds.ts';
import { listExperiments, startExperiment } from './training/experiments.ts';
import { insertModel, listModels } from './training/models.ts';
import { asTenant } from './transactions.ts';
import { setTrainingOptOut } from './users/settings.ts';

async function database(): Promise<{ db: Db; url: string }> {
  const url = await databaseForTest();
  const db = connectDb(url);
  onTestFinished(() => db.destroy());
  return { db, url };
}

const tenantsSeen = async (db: Db) => {
  const rows = await db.selectFrom('user_settings').select('tenant_id').execute();
  return rows.map(({ tenant_id }) => tenant_id).toSorted();
};

test('every table of a tenant has row level security, and a request finds every table of its users', async () => {
  const { db } = await database();
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    join information_schema.columns on table_name = relname and table_schema = 'public' and column_name = 'tenant_id'
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity`.execute(db);
  expect(rows).toEqual([]);
  expect(await asTenant(db, 'acme', listUserTables)).toEqual(await listUserTables(db));
});

test('a request reaches its own tenant, even with a query that forgets to say whose', async () => {
  const { db } = await database();
  for (const tenant_id of ['acme', 'other']) await setTrainingOptOut(db, { tenant_id, user_id: 'ada' }, true);
  expect(await tenantsSeen(db)).toEqual(['acme', 'other']);
  expect(await asTenant(db, 'acme', tenantsSeen)).toEqual(['acme']);
  await asTenant(db, 'acme', async (tx) => {
    await tx.deleteFrom('user_settings').execute();
    await tx.updateTable('memories').set({ content: '' }).execute();
  });
  expect(await tenantsSeen(db)).toEqual(['other']);
  const intrude = asTenant(db, 'acme', (tx) =>
    requestErasure(tx, { tenant_id: 'other', user_id: 'ada' }, crypto.randomUUID()),
  );
  await expect(intrude).rejects.toThrow(/row-level security/u);
  await expect(asTenant(db, 'acme', (tx) => tx.selectFrom('api_keys').selectAll().execute())).rejects.toThrow(
    /permission denied/u,
  );
});

test.each([
  [
    'learning_loop_memory',
    ['api_keys', 'interactions', 'selections', 'personas', 'feedback', 'erasures', 'models'],
  ],
  [
    'learning_loop_persona',
    ['api_keys', 'interactions', 'selections', 'memory_sources', 'embeddings', 'erasures', 'models'],
  ],
  [
    'learning_loop_training_log',
    ['api_keys', 'interactions', 'selections', 'memories', 'embeddings', 'personas', 'models'],
  ],
  [
    'learning_loop_gateway',
    [
      'dead_letters',
      'embeddings',
      'models',
      'model_changes',
      'experiments',
      'dataset_builds',
      'feedback',
      'user_settings',
    ],
  ],
])('%s reaches the tables that it works on, and no others', async (role, closed) => {
  const { url } = await database();
  const db = connectDb(url, { role });
  onTestFinished(() => db.destroy());
  expect((await sql`select * from outbox`.execute(db)).rows).toEqual([]);
  for (const table of closed)
    await expect(sql`select * from ${sql.table(table)}`.execute(db), table).rejects.toThrow(
      /permission denied/u,
    );
});

test('a request reaches its own models, experiments, builds and dead letters, and no other tenant’s', async () => {
  const { db } = await database();
  for (const tenant_id of ['acme', 'other']) await plantModels(db, tenant_id);
  const tables = ['models', 'model_changes', 'experiments', 'dataset_builds', 'dead_letters'] as const;
  for (const table of tables) {
    const tenants = (tx: Db) => tx.selectFrom(table).select('tenant_id').distinct().execute();
    expect(await tenants(db), table).toHaveLength(2);
    expect(await asTenant(db, 'acme', tenants), table).toEqual([{ tenant_id: 'acme' }]);
  }
  await asTenant(db, 'acme', async (tx) => {
    await tx.updateTable('models').set({ reason: 'taken over' }).execute();
    await tx.updateTable('experiments').set({ reason: 'taken over' }).execute();
    await tx.deleteFrom('dead_letters').execute();
  });
  const intrusions: ((tx: Db) => Promise<unknown>)[] = [
    (tx) => requestBuild(tx, 'other', crypto.randomUUID()),
    (tx) => tx.updateTable('models').set({ tenant_id: 'other' }).execute(),
  ];
  for (const intrude of intrusions)
    await expect(asTenant(db, 'acme', intrude)).rejects.toThrow(/row-level security/u);
  const [model] = await listModels(db, 'other', 1);
  const [experiment] = await listExperiments(db, 'other', 1);
  expect([model?.reason, experiment?.reason]).toEqual(['in experiment', null]);
  expect(await listDeadLetters(db, 'other', 9)).toHaveLength(1);
});

/** A model in an experiment, a build, and a dead letter. */
async function plantModels(db: Db, tenant_id: string): Promise<void> {
  const variants = [{ model_id: 'best', weight: 1 }];
  const model = { tenant_id, model_id: 'best', kind: 'ranker' as const, status: 'candidate' as const };
  const origin = { dataset_version: null, parent_id: null, artifact: '{}', metrics: '{}', reason: '' };
  await insertModel(db, { ...model, ...origin });
  await startExperiment(db, { tenant_id, experiment_id: crypto.randomUUID(), kind: 'ranker', variants });
  await db.updateTable('models').set({ reason: 'in experiment' }).execute();
  await requestBuild(db, tenant_id, crypto.randomUUID());
  const letter = {
    event: 'feedback.given',
    consumer: 'memory',
    payload: '{}',
    error: '',
    attempts: 1,
  } as const;
  const event_id = crypto.randomUUID();
  await db
    .insertInto('dead_letters')
    .values({ tenant_id, user_id: 'ada', event_id, ...letter })
    .execute();
}

test.each([
  ['may create roles', 'createrole createdb'],
  ['was given the roles by an administrator', 'createdb'],
])('a database user that is no superuser can migrate, if it %s', async (what, rights) => {
  const { db, url } = await database();
  const name = `owner_${crypto.randomUUID().slice(0, 8)}`;
  await sql.raw(`create role ${name} login ${rights} password 'x'`).execute(db);
  await sql.raw(`create database ${name} owner ${name}`).execute(db);
  const own = Object.assign(new URL(`/${name}`, url), { username: name, password: 'x' }).href;
  if (what !== 'may create roles') {
    for (const role of ['tenant', 'gateway', 'memory', 'persona', 'training_log'])
      await sql.raw(`create role learning_loop_${name}_${role} role ${name}`).execute(db);
  }
  await migrateFirst(own);
  // Somebody else's installation has the short names on this server.
  const worker = connectDb(own, { role: `learning_loop_${name}_memory`, max: 1 });
  onTestFinished(() => worker.destroy());
  expect((await sql`select * from outbox`.execute(worker)).rows).toEqual([]);
});
