import { runHotQueries, seedTables } from '@learning-loop/testing/database/hot-queries';
import { findFullScans } from '@learning-loop/testing/database/plan-check';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, onTestFinished, test, vi } from 'vitest';
import { planLifetimeMs } from './client/prepared-client.ts';
import { connectDb, type Db } from './connect.ts';
import { listPartitions } from './ddl/partitions.ts';

/** So many rows that reading a whole table would be the planner's choice only where no index serves. */
const many = 10_000;

/** One connection whose statements all keep a plan that knows nothing of their parameters: the hardest case. */
async function keepingPlans(): Promise<Db> {
  const db = connectDb(await databaseForTest(), { max: 1 });
  onTestFinished(() => db.destroy());
  await sql`set plan_cache_mode = force_generic_plan`.execute(db);
  return db;
}

async function keptStatements(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from pg_prepared_statements`.execute(db);
  return rows[0]?.n ?? 0;
}

/** An update of many rows has to join them; only these may read a whole table, for as long as a plan lives. */
const joins = /update (?:personas|persona_updates|memories|embeddings) set [^;]* from /u;

const lookUps = (read: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(read).filter(([text]) => !joins.test(text)));

test.each([
  ['empty', 0],
  ['almost empty', 5],
])('plans cached on %s tables use indexes, and are soon replaced', async (_size, few) => {
  const db = await keepingPlans();
  if (few > 0) await seedTables(db, 1, few);
  if (few > 0) await sql`analyze`.execute(db);
  await runHotQueries(db);
  await seedTables(db, few + 1, many);
  expect(await keptStatements(db)).toBeGreaterThan(30);
  expect(lookUps(await findFullScans(db))).toEqual({});

  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + planLifetimeMs });
  onTestFinished(() => void vi.useRealTimers());
  await runHotQueries(db);
  expect(await findFullScans(db)).toEqual({});
  await sql`analyze`.execute(db);
  expect(await findFullScans(db)).toEqual({});
});

test('a plan that reads whole partitions would be noticed', async () => {
  const db = await keepingPlans();
  await seedTables(db, 1, many);
  await sql`select count(*) from interactions where media_type = ${'text/plain'}`.execute(db);
  const [read = []] = Object.values(await findFullScans(db));
  for (const { name } of await listPartitions(db)) expect(read.join()).toContain(name);
});
