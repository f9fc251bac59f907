import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseLocation } from '../location.ts';
import { openTrainingLog } from '../open.ts';
import { countRecords, readTrainingLog } from '../read.ts';
import { rewriteSegments } from '../rewrite.ts';
import { collect } from '../testing/collect.ts';
import { describeTrainingLog } from '../testing/conformance.ts';
import { rememberingLog, temporaryDirectory } from '../testing/locations.ts';
import { numbered } from '../testing/records.ts';
import { s3ForTest } from '../testing/s3-server.ts';
import { Bucket } from './bucket.ts';
import { mirrorLog } from './mirror.ts';

let s3: Awaited<ReturnType<typeof s3ForTest>>;
beforeAll(async () => {
  s3 = await s3ForTest();
});
afterAll(() => s3[Symbol.asyncDispose]());

describeTrainingLog('object storage', async () => {
  const place = s3.newPlace();
  return {
    open: () => openTrainingLog(place, { log: rememberingLog() }),
    read: (name) => readTrainingLog(place, name),
    count: (tenant) => countRecords(place, tenant),
    rewrite: (keep) => rewriteSegments(place, keep),
  };
});

const idsIn = async (place: string) =>
  (await collect(readTrainingLog(place, 'hypotheses_data'))).map((record) => record.event_id);

test('what comes at the same time is one object, in the partition of its UTC day', async () => {
  const place = s3.newPlace();
  const now = () => new Date('2026-03-01T23:59:59.123Z');
  {
    await using log = await openTrainingLog(place, { log: rememberingLog(), now });
    const before = s3.uploads;
    await Promise.all(numbered('a', 50).map((record) => log.append('hypotheses_data', [record])));
    expect(s3.uploads - before).toBe(1);
  }
  using bucket = new Bucket(place);
  const keys = (await collect(bucket.list('hypotheses_data'))).map(({ key }) => key);
  expect(keys).toEqual([
    expect.stringMatching(
      /^place-\d+\/hypotheses_data\/dt=2026-03-01\/20260301T235959123Z-000000001-[\w-]+\.jsonl$/,
    ),
  ]);
});

test('nothing is acknowledged that was not stored, and what was refused can be handed in again', async () => {
  const place = s3.newPlace();
  const log = rememberingLog();
  await using training = await openTrainingLog(place, { log });
  s3.fault = 'refuse';
  await expect(training.append('hypotheses_data', numbered('a', 2))).rejects.toThrow();
  expect(await idsIn(place)).toEqual([]);
  s3.fault = 'none';
  await training.append('hypotheses_data', numbered('a', 2));
  expect(await idsIn(place)).toEqual(['a-0', 'a-1']);
  expect(log.messages).toEqual(['training_log_unwritable', 'training_log_writable_again']);
});

test('what was stored without an answer is handed in again, and read once', async () => {
  const place = s3.newPlace();
  await using training = await openTrainingLog(place, { log: rememberingLog() });
  s3.fault = 'store and cut';
  await expect(training.append('hypotheses_data', numbered('a', 2))).rejects.toThrow();
  s3.fault = 'none';
  await training.append('hypotheses_data', numbered('a', 2));
  const reader = readTrainingLog(place, 'hypotheses_data');
  expect((await collect(reader)).map((record) => record.event_id)).toEqual(['a-0', 'a-1']);
  expect(reader.skipped).toEqual({ broken: 0, duplicates: 2 });
  expect((await countRecords(place, 'tenant-1')).hypotheses_data).toBe(2);
});

test('an object that somebody replaced meanwhile is not overwritten', async () => {
  using bucket = new Bucket(s3.newPlace());
  const key = `${bucket.location.prefix}hypotheses_data/dt=2026-01-01/one.jsonl`;
  await bucket.create(key, Buffer.from('first\n'));
  await expect(bucket.create(key, Buffer.from('again\n'))).rejects.toThrow();
  const [listed] = await collect(bucket.list('hypotheses_data'));
  if (!listed) throw new Error('The object is not listed.');
  await bucket.replace(listed, Buffer.from('second\n'));
  await expect(bucket.replace(listed, Buffer.from('third\n'))).rejects.toThrow();
  expect(String(await bucket.read(key))).toBe('second\n');
});

test.each([
  ['s3://bucket', { bucket: 'bucket', prefix: '' }],
  ['s3://bucket/a/b/', { bucket: 'bucket', prefix: 'a/b/' }],
])('reads %s', (url, place) => {
  expect(parseLocation(url)).toEqual(place);
});

test('a mirror holds what is there, follows an erasure, and fetches nothing twice', async () => {
  const place = s3.newPlace();
  const directory = join(await temporaryDirectory(), 'copy');
  const copied = async () =>
    (await collect(readTrainingLog(directory, 'hypotheses_data'))).map((record) => record.event_id);
  await using log = await openTrainingLog(place, { log: rememberingLog() });
  await log.append('hypotheses_data', numbered('keep', 1));
  await log.append('hypotheses_data', [...numbered('erase', 1), ...numbered('mixed', 1)]);
  await mirrorLog(place, directory);
  expect(await copied()).toEqual(['keep-0', 'erase-0', 'mixed-0']);
  const before = s3.downloads;
  await rewriteSegments(place, ({ event_id }) => event_id !== 'erase-0');
  await mirrorLog(place, directory);
  expect(await copied()).toEqual(['keep-0', 'mixed-0']);
  await rewriteSegments(place, ({ event_id }) => event_id === 'keep-0');
  await mirrorLog(place, directory);
  expect(await copied()).toEqual(['keep-0']);
  // Both rewrites read both objects; of the mirror, only the object that had changed.
  expect(s3.downloads - before).toBe(2 + 1 + 2);
});
