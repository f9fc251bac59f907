import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import { expect, test } from 'vitest';
import {
  readSmallDataset,
  type SmallSample,
  userHashes,
  writeSmallDataset,
} from '../testing/small-dataset.ts';
import { eraseFromDatasets } from './erase-from-datasets.ts';

const sample = (user: keyof typeof userHashes, split: SmallSample['split'], text: string): SmallSample => ({
  ...{ user_hash: userHashes[user], split, text },
});
const [first, second] = ['20260101T000000Z-aaaaaa', '20260102T000000Z-bbbbbb'];
const changedAt = async (directory: string) =>
  await Promise.all(
    (await readdir(directory))
      .sort()
      .map(async (file) => [file, (await stat(join(directory, file))).ctimeMs]),
  );

test('of the users alone nothing is left in any file of any version, and the manifest says so', async () => {
  const dir = await temporaryDirectory();
  const both = [
    ...[
      sample('acme ada', 'train', 'a1'),
      sample('acme ada', 'test', 'a2'),
      sample('acme ada', 'validation', 'a3'),
    ],
    ...[
      sample('acme bob', 'train', 'b1'),
      sample('acme cyd', 'train', 'c1'),
      sample('acme cyd', 'test', 'c2'),
    ],
  ];
  const inBoth = await writeSmallDataset(dir, 'acme', first, {
    ranking: both,
    ranking_chat: both.slice(0, 5),
  });
  const inOne = await writeSmallDataset(dir, 'acme', second, {
    ranking: [sample('acme bob', 'train', 'b1'), sample('acme cyd', 'train', 'c1')],
    chat: [sample('acme cyd', 'train', 'c1')],
  });
  const twin = await writeSmallDataset(dir, 'acme2', first, {
    ranking: [sample('acme2 ada', 'train', 'twin')],
  });
  const chatBefore = await stat(join(inOne, 'chat.parquet'));
  const twinBefore = await changedAt(twin);
  const datasets = join(dir, 'datasets', 'tenant=acme');
  await mkdir(join(datasets, '.building-x'));
  await writeFile(join(datasets, '.building-x', 'left'), 'of ada');

  const removed = await eraseFromDatasets(dir, [
    { tenant_id: 'acme', user_id: 'ada' },
    { tenant_id: 'acme', user_id: 'bob' },
    { tenant_id: 'acme', user_id: 'nobody' },
    { tenant_id: 'acme3', user_id: 'ada' },
  ]);
  expect([...removed.values()]).toEqual([
    { [`${first}/ranking.parquet`]: 3, [`${first}/ranking_chat.parquet`]: 3 },
    {
      [`${first}/ranking.parquet`]: 1,
      [`${first}/ranking_chat.parquet`]: 1,
      [`${second}/ranking.parquet`]: 1,
    },
    {},
    {},
  ]);

  const { parquet, jsonl, manifest } = await readSmallDataset(inBoth, 'ranking');
  expect(parquet).toEqual([`${userHashes['acme cyd']} c1`, `${userHashes['acme cyd']} c2`]);
  expect(jsonl).toEqual({
    'ranking.jsonl': ['c1'],
    'ranking.validation.jsonl': [],
    'ranking.test.jsonl': ['c2'],
  });
  expect((await readSmallDataset(inBoth, 'ranking_chat')).parquet).toEqual([`${userHashes['acme cyd']} c1`]);
  const counted = Object.entries(manifest.files).map(([file, { samples }]) => [file, samples]);
  expect(Object.fromEntries(counted)).toEqual({
    ...{ 'ranking.parquet': 2, 'ranking.jsonl': 1, 'ranking.validation.jsonl': 0, 'ranking.test.jsonl': 1 },
    ...{ 'ranking_chat.parquet': 1, 'ranking_chat.jsonl': 1 },
    ...{ 'ranking_chat.validation.jsonl': 0, 'ranking_chat.test.jsonl': 0 },
  });
  for (const [file, { bytes, sha256 }] of Object.entries(manifest.files)) {
    const content = await readFile(join(inBoth, file));
    expect([bytes, sha256], file).toEqual([
      content.length,
      createHash('sha256').update(content).digest('hex'),
    ]);
  }
  expect(manifest).toMatchObject({ version: first, notes: ['a note'] });
  const card = await readFile(join(inBoth, 'README.md'), 'utf8');
  expect(card).toContain('| `ranking.parquet` | 2 |');
  expect(card).not.toMatch(/"[ab]\d"/u);

  const other = await readSmallDataset(inOne, 'ranking');
  expect([other.parquet, other.manifest.files['chat.jsonl']?.samples]).toEqual([
    [`${userHashes['acme cyd']} c1`],
    1,
  ]);
  expect((await stat(join(inOne, 'chat.parquet'))).ctimeMs, 'no user of it was erased').toBe(
    chatBefore.ctimeMs,
  );
  expect(await changedAt(twin)).toEqual(twinBefore);
  expect((await readdir(datasets)).sort()).toEqual([first, second]);
});

test('a version without the users stays as it is, and a tenant without datasets is none', async () => {
  const dir = await temporaryDirectory();
  const kept = await writeSmallDataset(dir, 'acme', first, { ranking: [sample('acme cyd', 'train', 'c1')] });
  const before = await changedAt(kept);
  const users = ['acme', 'acme2'].map((tenant_id) => ({ tenant_id, user_id: 'ada' }));
  expect([...(await eraseFromDatasets(dir, users)).values()]).toEqual([{}, {}]);
  expect(await changedAt(kept)).toEqual(before);
  expect(await readdir(join(dir, 'datasets'))).toEqual(['tenant=acme']);
});

test('an erasure that was interrupted is done by the next one', async () => {
  const dir = await temporaryDirectory();
  const directory = await writeSmallDataset(dir, 'acme', first, {
    ranking: [sample('acme ada', 'train', 'a1'), sample('acme cyd', 'train', 'c1')],
  });
  await writeFile(join(directory, 'ranking.parquet.part'), 'half of it');
  await mkdir(join(dir, 'datasets', 'tenant=acme', '.erasing'));
  await eraseFromDatasets(dir, [{ tenant_id: 'acme', user_id: 'ada' }]);
  expect((await readSmallDataset(directory, 'ranking')).parquet).toEqual([`${userHashes['acme cyd']} c1`]);
  expect((await readdir(directory)).filter((file) => file.endsWith('.part'))).toEqual([]);
});
