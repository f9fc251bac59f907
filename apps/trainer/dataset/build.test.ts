import { appendFile, mkdir, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readJsonLines } from '../testing/read-lines.ts';
import { buildRequest, writeTestLog } from '../testing/test-log.ts';
import { buildDataset, EmptyDataset } from './build.ts';

it('writes the dataset whole, with its manifest and card, and lets latest point to it', async () => {
  const dir = await writeTestLog({ users: 12, selectionsPerUser: 2 });
  const { directory, manifest } = await buildDataset(buildRequest(dir));
  expect(await readlink(join(dir, 'datasets', 'latest'))).toBe(manifest.version);
  expect(await readJsonLines(join(dir, 'datasets', 'hypotheses_chat.jsonl'))).toHaveLength(
    manifest.files['hypotheses_chat.jsonl']?.samples ?? -1,
  );
  const files = await readdir(directory);
  for (const name of ['hypotheses_chat', 'hypotheses_completion', 'hypotheses_preference', 'persona_chat'])
    expect(files).toEqual(
      expect.arrayContaining([
        `${name}.jsonl`,
        `${name}.validation.jsonl`,
        `${name}.test.jsonl`,
        `${name}.parquet`,
      ]),
    );
  expect(files.filter((file) => file.startsWith('work'))).toEqual([]);
  expect(JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8'))).toEqual(manifest);
  expect(await readFile(join(directory, 'README.md'), 'utf8')).toContain('| `hypotheses_chat.jsonl` |');
});

it('counts what every filter dropped: duplicates, users, doubts, near-duplicates, and more than the share of a user', async () => {
  const dir = await writeTestLog({
    users: 40,
    selectionsPerUser: 5,
    rejections: 7,
    unsure: 11,
    twice: 13,
    alike: 17,
    flood: 30,
    newcomers: 3,
  });
  await appendFile(
    join(dir, 'hypotheses_data.jsonl'),
    '{"event_id":"torn","user_inp\n\0\0\0\n[1]\n{"event_id":',
  );
  const { manifest } = await buildDataset(
    buildRequest(dir, {
      excludedUsers: ["user-1'; drop", 'user-39'],
      quarantineFrom: '2026-11-21T00:00:00.000Z',
    }),
  );
  // The 17 that are alike are of the first four users, one of whom is excluded.
  const all = 40 * 5 + 3 * 5 + 7 + 11 + 30 + 17;
  const settled = all - 2 * 5 - 5 - 3 * 5;
  expect(manifest.filters['hypotheses_data']).toEqual({
    records: all + 13,
    broken: 4,
    distinct_events: all,
    of_users_who_may_be_learned_from: settled + 3 * 5,
    out_of_quarantine: settled,
    with_a_pick: settled - 7,
    confident_enough: settled - 7 - 11,
    without_near_duplicates: 38 * 5 + 30,
    within_the_share_of_a_saying: 38 * 5 + 30,
    within_the_share_of_a_user: 38 * 5 + 20,
  });
  expect(Object.values(manifest.broken)).toEqual([4]);
});

it('never mixes tenants, even those whose names are alike', async () => {
  const dir = await writeTestLog({ users: 5, selectionsPerUser: 2, tenant: 'acme' });
  await writeTestLog({ users: 4, selectionsPerUser: 2, tenant: '../globex', dir });
  await writeTestLog({ users: 3, selectionsPerUser: 1, tenant: 'acme2', dir });
  await writeTestLog({ users: 3, selectionsPerUser: 1, tenant: 'Acme', dir });
  await writeTestLog({ users: 3, selectionsPerUser: 1, tenant: 'my_acme', dir });
  const acme = await buildDataset(buildRequest(dir, { tenantId: 'acme' }));
  const globex = await buildDataset(buildRequest(dir, { tenantId: '../globex' }));
  expect(acme.manifest.filters['hypotheses_data']?.['records']).toBe(10);
  expect(globex.manifest.filters['hypotheses_data']?.['records']).toBe(8);
  expect(acme.directory.startsWith(join(dir, 'datasets', 'tenant=acme'))).toBe(true);
  expect(globex.directory.startsWith(join(dir, 'datasets', 'tenant=..%2Fglobex'))).toBe(true);
  await expect(buildDataset(buildRequest(dir))).rejects.toThrow(EmptyDataset);
});

it.each([
  ['an empty log', { users: 0, selectionsPerUser: 0 }, 'holds no pick'],
  ['rejections only', { users: 0, selectionsPerUser: 0, rejections: 9 }, '"with_a_pick" left 0'],
])('says why there is nothing to learn from %s, and leaves what was', async (_, log, reason) => {
  const dir = await writeTestLog({ ...log, onlyHypotheses: true });
  await mkdir(join(dir, 'datasets'), { recursive: true });
  await expect(buildDataset(buildRequest(dir))).rejects.toThrow(reason);
  expect(await readdir(join(dir, 'datasets'))).toEqual([]);
});

it('says so when all picks were too unsure, and keeps what the ranker learns from', async () => {
  const dir = await writeTestLog({ users: 12, selectionsPerUser: 3 });
  const { manifest } = await buildDataset(buildRequest(dir, { minConfidence: 0.99 }));
  expect(manifest.files['hypotheses_chat.jsonl']?.samples).toBe(0);
  expect(manifest.files['ranking_picks.parquet']?.samples).toBe(36);
  expect(manifest.notes.join()).toContain('No pick reached the confidence of 0.99');
});

it('holds nobody out when there is one user only, and says so', async () => {
  const dir = await writeTestLog({ users: 1, selectionsPerUser: 12 });
  const { manifest } = await buildDataset(buildRequest(dir));
  expect(manifest.files['hypotheses_chat.jsonl']?.samples).toBe(12);
  expect(manifest.files['hypotheses_chat.test.jsonl']?.samples).toBe(0);
  expect(manifest.notes.join()).toContain('One user only');
});

it('leaves nothing behind when it is interrupted, and clears what a killed build left', async () => {
  const dir = await writeTestLog({ users: 12, selectionsPerUser: 3 });
  const first = await buildDataset(buildRequest(dir));
  await mkdir(join(dir, 'datasets', '.building-killed', 'work'), { recursive: true });
  const interrupted = buildRequest(dir, {
    buildId: 'second',
    progress: async (step) => {
      if (step === 'publish') throw new Error('taken over');
    },
  });
  await expect(buildDataset(interrupted)).rejects.toThrow('taken over');
  expect(await readlink(join(dir, 'datasets', 'latest'))).toBe(first.manifest.version);
  expect((await readdir(join(dir, 'datasets'))).sort()).toEqual(
    [first.manifest.version, 'hypotheses_chat.jsonl', 'latest'].sort(),
  );
});
