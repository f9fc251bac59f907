import { randomUUID } from 'node:crypto';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { listExcludedUsers } from '../users/settings.ts';
import {
  findDueDatasetBuilds,
  finishBuild,
  heartbeatBuild,
  listBuilds,
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

const id = (n: number) => `01a00000-0000-7000-8000-00000000000${n}`;

it('takes the build that runs before those that wait, and of these the one that waits longest', async () => {
  await using db = connectDb(await databaseForTest());
  const take = async (silentMs = 30_000) => (await takeBuild(db, silentMs))?.build_id;
  for (const [n, minutes] of [
    [1, 1],
    [2, 3],
    [3, 2],
  ] as const) {
    await requestBuild(db, n === 2 ? 'acme2' : 'acme', id(n));
    await sql`update dataset_builds set requested_at = clock_timestamp() - ${minutes} * interval '1 minute'
      where build_id = ${id(n)}`.execute(db);
  }
  expect((await listBuilds(db, 'acme', 9)).map(({ build_id }) => build_id)).toEqual([id(1), id(3)]);
  expect(await listBuilds(db, 'acme', 1)).toHaveLength(1);
  expect(await take()).toBe(id(2));
  // Also where one waits that was asked for before it.
  await sql`update dataset_builds set requested_at = clock_timestamp() - interval '1 hour' where build_id = ${id(3)}`.execute(
    db,
  );
  expect(await take(), 'one at a time').toBeUndefined();
  await sql`update dataset_builds set beat_at = clock_timestamp() - interval '31 seconds'
    where status = 'running'`.execute(db);
  expect(await take()).toBe(id(2));
  // Restored from before there were heartbeats.
  await db.updateTable('dataset_builds').set({ beat_at: null }).where('build_id', '=', id(2)).execute();
  const again = await takeBuild(db, 30_000);
  expect(again).toMatchObject({ build_id: id(2), attempt: 3, status: 'running' });
  if (again) await finishBuild(db, again, { status: 'failed', error: 'x' });
  expect(await listBuilds(db, 'acme2', 1)).toMatchObject([
    { status: 'failed', error: 'x', version: null, finished_at: expect.any(Date) },
  ]);
  expect(await take()).toBe(id(3));
});

it('lets only the newest attempt write, while it runs', async () => {
  await using db = connectDb(await databaseForTest());
  await requestBuild(db, 'acme', id(1));
  await requestBuild(db, 'acme2', id(1));
  const first = await takeBuild(db, 30_000);
  await sql`update dataset_builds set beat_at = beat_at - interval '1 hour' where status = 'running'`.execute(
    db,
  );
  const second = await takeBuild(db, 30_000);
  if (!first || !second) throw new Error('no build was taken');
  const read = async () => (await listBuilds(db, second.tenant_id, 1))[0];
  await expect(heartbeatBuild(db, first, 'late')).rejects.toThrow(
    'Another trainer has taken this build over.',
  );
  await finishBuild(db, first, { status: 'failed', error: 'late' });
  expect(await read()).toMatchObject({ status: 'running', step: null, error: null, finished_at: null });
  await sql`update dataset_builds set beat_at = beat_at - interval '1 hour' where status = 'running'`.execute(
    db,
  );
  await heartbeatBuild(db, second, 'splitting');
  await heartbeatBuild(db, second);
  expect(await read()).toMatchObject({ step: 'splitting' });
  expect(await takeBuild(db, 30_000), 'its heart beats').toBeUndefined();
  await finishBuild(db, second, {
    status: 'done',
    version: 'v7',
    counts: { records: 3 },
    notes: ['one', 'two'],
  });
  const done = {
    status: 'done',
    version: 'v7',
    counts: { records: 3 },
    notes: ['one', 'two'],
    step: null,
    error: null,
  };
  expect(await read()).toMatchObject({ ...done, attempt: 2, finished_at: expect.any(Date) });
  await finishBuild(db, second, { status: 'empty', error: 'again' });
  await expect(heartbeatBuild(db, second)).rejects.toThrow('taken this build over');
  expect(await read()).toMatchObject(done);
  const namesake = await listBuilds(db, second.tenant_id === 'acme' ? 'acme2' : 'acme', 1);
  expect(namesake).toMatchObject([{ status: 'queued', attempt: 0, step: null }]);
});

it('counts what was selected since the last build began, and asks for no build while one waits or runs', async () => {
  await using db = connectDb(await databaseForTest());
  await insertSelections(db, 'acme', 3);
  await insertSelections(db, 'acme2', 2);
  const due = async (minNew: number) =>
    (await findDueDatasetBuilds(db, minNew, 0)).map((one) => Object.values(one));
  const byTenant = async (minNew: number) => Object.fromEntries(await due(minNew));
  expect(await byTenant(2)).toEqual({ acme: 2, acme2: 2 });
  expect(await byTenant(3)).toEqual({ acme: 3 });
  expect(await byTenant(4)).toEqual({});
  await requestBuild(db, 'acme2', id(1));
  expect(await byTenant(2), 'queued').toEqual({ acme: 2 });
  const build = await takeBuild(db, 30_000);
  expect(await byTenant(2), 'running').toEqual({ acme: 2 });
  await insertSelections(db, 'acme2', 1);
  if (build) await finishBuild(db, build, { status: 'empty', error: 'too few' });
  expect(await byTenant(1)).toEqual({ acme: 1, acme2: 1 });
  expect(await byTenant(2)).toEqual({ acme: 2 });
  // An older build of more records no longer counts, nor does one of another tenant.
  await requestBuild(db, 'acme', id(2));
  const older = await takeBuild(db, 30_000);
  if (older)
    await finishBuild(db, older, { status: 'done', version: 'v1', counts: { records: 1_000 }, notes: [] });
  await sql`update dataset_builds set requested_at = requested_at - interval '1 day' where build_id = ${id(2)}`.execute(
    db,
  );
  await requestBuild(db, 'acme', id(3));
  const newer = await takeBuild(db, 30_000);
  if (newer)
    await finishBuild(db, newer, { status: 'done', version: 'v2', counts: { records: 11 }, notes: [] });
  await insertSelections(db, 'acme', 1);
  expect(await byTenant(1)).toEqual({ acme2: 1 });
  await insertSelections(db, 'acme', 1);
  expect(await byTenant(1), 'a tenth, rounded up').toEqual({ acme: 2, acme2: 1 });
});
