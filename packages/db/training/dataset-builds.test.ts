import { randomUUID } from 'node:crypto';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { listExcludedUsers } from '../users/settings.ts';
import {
  findDueDatasetBuilds,
  finishBuild,
  listTenantsWithSelections,
  requestBuild,
  takeBuild,
} from './dataset-builds.ts';

async function insertSelections(db: Db, tenant_id: string, count: number): Promise<void> {
  const rows = Array.from({ length: count }, () => ({
    ...{ tenant_id, interaction_id: randomUUID(), user_id: 'ada', event_id: randomUUID(), selected_id: 'h1' },
    ...{
      auto_advanced: false,
      selected_at: sql<Date>`clock_timestamp()`,
      input_text: 'build',
      shown: '[]',
      answer: '{}',
    },
  }));
  await db.insertInto('selections').values(rows).execute();
}

it('is due after enough new selections, and a tenth of what the last build read', async () => {
  await using db = connectDb(await databaseForTest());
  await insertSelections(db, 'acme', 100);
  await insertSelections(db, 'globex', 99);
  expect(await findDueDatasetBuilds(db, 100, 0)).toEqual([{ tenant_id: 'acme', new_picks: 100 }]);
  expect((await listTenantsWithSelections(db)).sort()).toEqual(['acme', 'globex']);

  await requestBuild(db, 'acme', randomUUID());
  expect(await findDueDatasetBuilds(db, 100, 0)).toEqual([]);
  const build = await takeBuild(db, 30_000);
  if (!build) throw new Error('no build was taken');
  const counts = { records: 1_200 };
  await finishBuild(db, build, { status: 'done', version: 'v1', counts, notes: ['a note'] });
  await insertSelections(db, 'acme', 119);
  expect(await findDueDatasetBuilds(db, 100, 0)).toEqual([]);
  await insertSelections(db, 'acme', 1);
  expect(await findDueDatasetBuilds(db, 100, 0)).toEqual([{ tenant_id: 'acme', new_picks: 120 }]);
  expect(await findDueDatasetBuilds(db, 100, 60_000)).toEqual([]);
});

it('takes a build over after 30 s without a heartbeat, and builds again after a rest of a minute, not before', async () => {
  await using db = connectDb(await databaseForTest());
  await insertSelections(db, 'acme', 10);
  await requestBuild(db, 'acme', randomUUID());
  await takeBuild(db, 30_000);
  const silentFor = (seconds: number) =>
    sql`update dataset_builds set beat_at = clock_timestamp() - ${seconds} * interval '1 second'`.execute(db);
  await silentFor(20);
  expect(await takeBuild(db, 30_000)).toBeUndefined();
  await silentFor(31);
  const build = await takeBuild(db, 30_000);
  expect(build?.attempt).toBe(2);

  if (build) await finishBuild(db, build, { status: 'failed', error: 'a test' });
  const finishedAgo = (seconds: number) =>
    sql`update dataset_builds set finished_at = clock_timestamp() - ${seconds} * interval '1 second',
      started_at = clock_timestamp() - interval '1 hour'`.execute(db);
  await finishedAgo(50);
  expect(await findDueDatasetBuilds(db, 10, 60_000)).toEqual([]);
  await finishedAgo(61);
  expect(await findDueDatasetBuilds(db, 10, 60_000)).toEqual([{ tenant_id: 'acme', new_picks: 10 }]);
});

it('names whom not to learn from', async () => {
  await using db = connectDb(await databaseForTest());
  await db
    .insertInto('user_settings')
    .values([
      { tenant_id: 'acme', user_id: 'out', training_opt_out: true },
      { tenant_id: 'acme', user_id: 'in', training_opt_out: false },
      { tenant_id: 'globex', user_id: 'elsewhere', training_opt_out: true },
    ])
    .execute();
  await db
    .insertInto('erasures')
    .values({ tenant_id: 'acme', erasure_id: randomUUID(), user_hash: Buffer.from('x'), user_id: 'going' })
    .execute();
  expect((await listExcludedUsers(db, 'acme')).sort()).toEqual(['going', 'out']);
});
