import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connectDb, type Db } from '@learning-loop/db/connect';
import {
  finishBuild,
  heartbeatBuild,
  listBuilds,
  requestBuild,
  takeBuild,
} from '@learning-loop/db/training/dataset-builds';
import { listModels } from '@learning-loop/db/training/models';
import { setTrainingOptOut } from '@learning-loop/db/users/settings';
import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import pino from 'pino';
import { expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { EmptyDataset } from '../dataset/build.ts';
import { writeTestLog } from '../testing/test-log.ts';
import { runBuild, toOutcome } from './run-build.ts';

const silentMs = 30_000;
const child = fileURLToPath(new URL('../testing/build-in-child.ts', import.meta.url));

async function stage(trainingDataDir: string, env: NodeJS.ProcessEnv = {}) {
  const resources = new AsyncDisposableStack();
  const url = await databaseForTest();
  const db = resources.use(connectDb(url));
  const config = readConfig({ DATABASE_URL: url, TRAINING_DATA_DIR: trainingDataDir, ...env });
  const lines: { msg: string }[] = [];
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  const trainer = { config, log };
  return {
    ...{ db, lines },
    async build() {
      await requestBuild(db, 'default', newId());
      const taken = await takeBuild(db, silentMs);
      if (taken) await runBuild(trainer, db, taken);
      return newest(db);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function newest(db: Db) {
  const [build] = await listBuilds(db, 'default', 1);
  return build;
}

it('builds, counts, and registers the fitted ranker', async () => {
  await using on = await stage(await writeTestLog({ users: 40, selectionsPerUser: 3 }));
  expect(await on.build()).toMatchObject({
    status: 'done',
    step: null,
    error: null,
    counts: { records: 120, 'ranking_picks.parquet': 120 },
  });
  const [model] = await listModels(on.db, 'default', 9);
  expect(model).toMatchObject({ kind: 'ranker', status: 'rejected' });
  expect(model?.reason).toContain('held-out users');
  const { build_id, version } = (await newest(on.db)) ?? {};
  const ids = { build_id, tenant_id: 'default', version };
  expect(on.lines).toMatchObject([
    { level: 30, msg: 'dataset_built', ...ids, notes: expect.any(Array) },
    { level: 30, msg: 'ranker_fitted', tenant_id: 'default' },
  ]);
  expect(await on.db.selectFrom('fine_tunes').selectAll().execute(), 'nobody asked for it').toEqual([]);
});

it.each([
  [9, []],
  [10, [{ tenant_id: 'default', provider: 'openai', status: 'uploading' }]],
])(
  'of %i samples, where it was asked for, a model is tuned if they suffice',
  async (selectionsPerUser, tunes) => {
    const dir = await writeTestLog({ users: 1, selectionsPerUser, onlyHypotheses: true });
    await using on = await stage(dir, { TRAINER_FINE_TUNE: 'openai', OPENAI_API_KEY: 'secret' });
    const build = await on.build();
    expect(await on.db.selectFrom('fine_tunes').selectAll().execute()).toMatchObject(
      tunes.map((tune) => ({ ...tune, dataset_version: build?.version })),
    );
  },
);

it('leaves out who opted out, and not the twin of somebody else who did', async () => {
  const dir = await writeTestLog({ users: 6, selectionsPerUser: 2, onlyHypotheses: true });
  await using on = await stage(dir);
  for (const [tenant_id, user_id] of [
    ['default', 'user-0'],
    ['other', 'user-2'],
  ] as const)
    await setTrainingOptOut(on.db, { tenant_id, user_id }, true);
  expect((await on.build())?.counts).toMatchObject({ 'hypotheses_chat.parquet': 10 });
});

it('keeps a dataset whose ranker could not be fitted, and says so', async () => {
  await using on = await stage(await writeTestLog({ users: 12, selectionsPerUser: 2 }));
  await on.db.schema.alterTable('models').renameTo('elsewhere').execute();
  expect(await on.build()).toMatchObject({ status: 'done' });
  expect(on.lines).toMatchObject([
    { msg: 'dataset_built' },
    { level: 50, msg: 'ranker_not_fitted', tenant_id: 'default', err: { code: '42P01' } },
  ]);
});

it('says why a build failed, and goes on', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'failing-'));
  await writeFile(join(dir, 'datasets'), 'no directory');
  await using on = await stage(dir);
  expect(await on.build()).toMatchObject({
    status: 'failed',
    error: expect.stringMatching(/ENOTDIR|EEXIST/u),
  });
  expect(on.lines).toMatchObject([{ level: 50, msg: 'dataset_failed', tenant_id: 'default', err: {} }]);
});

it.each([
  [new EmptyDataset('nothing'), { status: 'empty', error: 'nothing' }],
  [new Error('it broke'), { status: 'failed', error: 'it broke' }],
  ['a text', { status: 'failed', error: 'a text' }],
  [
    new Error('IO Error: No space left on device'),
    { status: 'failed', error: 'The disk is full; nothing was kept of this build.' },
  ],
  [new Error('x'.repeat(2_001)), { status: 'failed', error: 'x'.repeat(2_000) }],
])('tells people of an error: %#', (error, outcome) => {
  expect(toOutcome(error)).toEqual(outcome);
});

it('says that there is nothing to learn from, and what was built stays', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'empty-'));
  await using on = await stage(dir);
  expect(await on.build()).toMatchObject({
    status: 'empty',
    error: expect.stringContaining('holds no pick'),
  });
  expect(await readdir(join(dir, 'datasets'))).toEqual([]);
  expect(on.lines).toMatchObject([{ level: 30, msg: 'dataset_empty', tenant_id: 'default' }]);
});

it('is one user only: built, with a note, and no ranker', async () => {
  await using on = await stage(await writeTestLog({ users: 1, selectionsPerUser: 12 }));
  const build = await on.build();
  expect(build).toMatchObject({ status: 'done', counts: { 'hypotheses_chat.jsonl': 12 } });
  expect(build?.notes.join()).toContain('One user only');
  expect(await listModels(on.db, 'default', 9)).toEqual([]);
});

it('sets a corrupt segment aside and builds from the others', async () => {
  const dir = await writeTestLog({ users: 20, selectionsPerUser: 3 });
  await writeFile(join(dir, 'hypotheses_data.7.jsonl'), Buffer.alloc(100_000, 0xc3));
  await appendFile(join(dir, 'hypotheses_data.7.jsonl'), '\n{"event_id": 12, "tenant_id": "default"}\n');
  await using on = await stage(dir);
  const build = await on.build();
  expect(build).toMatchObject({ status: 'done', counts: { records: 60, broken: 2 } });
  expect(build?.notes.join()).toContain('2 broken lines were set aside');
});

it.each([
  ['24', 24 * 60],
  ['0.5', 30],
  ['0', null],
])('keeps made-up users out: a quarantine of %s h begins %s min before the build', async (hours, minutes) => {
  const dir = await writeTestLog({ users: 12, selectionsPerUser: 2, onlyHypotheses: true });
  await using on = await stage(dir, { TRAINER_QUARANTINE_HOURS: hours });
  const build = await on.build();
  const path = join(dir, 'datasets', build?.version ?? '', 'manifest.json');
  const { created_at, config } = JSON.parse(await readFile(path, 'utf8'));
  const from = config.quarantine_from;
  expect(from && (Date.parse(created_at) - Date.parse(from)) / 60_000).toBe(minutes);
});

it.each([
  ['0.4', 27],
  ['0.5', 24],
])('from MIN_CONFIDENCE_FOR_TRAINING=%s on, a selection is sure enough: %s', async (confidence, samples) => {
  // Three selections of a confidence of 0.4, and 24 surer ones.
  const dir = await writeTestLog({ users: 12, selectionsPerUser: 2, unsure: 3, onlyHypotheses: true });
  await using on = await stage(dir, { MIN_CONFIDENCE_FOR_TRAINING: confidence });
  expect((await on.build())?.counts).toMatchObject({ confident_enough: samples });
});

it.each([
  ['0.3', 42],
  ['0.01', 20],
  ['1', 60],
])('of 140 samples TRAINER_MAX_SHARE_PER_USER=%s leaves %s to one user', async (share, left) => {
  const dir = await writeTestLog({ users: 8, selectionsPerUser: 10, flood: 60, onlyHypotheses: true });
  await using on = await stage(dir, { TRAINER_MAX_SHARE_PER_USER: share });
  expect((await on.build())?.counts).toMatchObject({
    ...{ confident_enough: 140, within_the_share_of_a_user: 80 + left },
  });
});

it('takes one build at a time, and takes over from a trainer that is silent', async () => {
  await using on = await stage(await writeTestLog({ users: 12, selectionsPerUser: 2 }));
  for (let i = 0; i < 3; i += 1) await requestBuild(on.db, 'default', newId());
  const taken = await Promise.all([1, 2, 3].map(() => takeBuild(on.db, silentMs)));
  const [first, ...others] = taken.filter((build) => build !== undefined);
  expect(others).toEqual([]);
  if (!first) throw new Error('no build was taken');
  await heartbeatBuild(on.db, first, 'read');
  expect(await takeBuild(on.db, silentMs)).toBeUndefined();
  const again = await takeBuild(on.db, 0);
  expect(again).toMatchObject({ build_id: first.build_id, attempt: 2 });
  await expect(heartbeatBuild(on.db, first)).rejects.toThrow('taken this build over');
  await finishBuild(on.db, first, { status: 'failed', error: 'too late' });
  const builds = await listBuilds(on.db, 'default', 9);
  expect(builds.filter(({ status }) => status === 'running')).toHaveLength(1);
});

it('keeps nothing of a build whose disk is full, and says so', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'full-'));
  const source = await writeTestLog({ users: 200, selectionsPerUser: 10 });
  const script = 'mount -t tmpfs -o size=4500k tmpfs "$1" && cp -r "$2"/*.jsonl "$1" && exec "$3" "$4" "$1"';
  const { stdout } = await promisify(execFile)('unshare', [
    ...['-rm', 'sh', '-c', script, 'sh', dir, source, process.execPath, child],
  ]);
  const { outcome, left } = JSON.parse(stdout);
  expect(outcome).toMatch(/no space left/i);
  expect(left).toEqual([]);
});
