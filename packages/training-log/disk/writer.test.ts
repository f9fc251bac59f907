import { mkdir, readdir, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { logNames } from '@learning-loop/events/training-records';
import { expect, it } from 'vitest';
import { listSegments } from '../layout.ts';
import { openTrainingLog } from '../open.ts';
import { countRecords, readTrainingLog } from '../read.ts';
import { rewriteSegments } from '../rewrite.ts';
import { collect, readIds } from '../testing/collect.ts';
import { describeTrainingLog } from '../testing/conformance.ts';
import { eventIds, rememberingLog, temporaryDirectory } from '../testing/locations.ts';
import { numbered } from '../testing/records.ts';
import type { Written } from '../training-log.ts';
import { locksDirectory } from './writer-lock.ts';

describeTrainingLog('disk', async () => {
  const dir = await temporaryDirectory();
  return {
    open: () => openTrainingLog(dir, { log: rememberingLog() }),
    read: (name) => readTrainingLog(dir, name),
    count: (tenant) => countRecords(dir, tenant),
    rewrite: (keep) => rewriteSegments(dir, keep),
  };
});

it('keeps the only writer’s lines under the plain name, over restarts', async () => {
  const dir = join(await temporaryDirectory(), 'made', 'on', 'demand');
  for (const start of [0, 10, 20]) {
    await using log = await openTrainingLog(dir, { log: rememberingLog() });
    await log.append('hypotheses_data', numbered('a', 10, start));
  }
  expect(await eventIds(join(dir, 'hypotheses_data.jsonl'))).toEqual(
    numbered('a', 30).map((r) => r.event_id),
  );
});

it('gives a second writer a file of its own, and the next start finishes what it left', async () => {
  const dir = await temporaryDirectory();
  const options = { log: rememberingLog() };
  {
    await using one = await openTrainingLog(dir, options);
    await using two = await openTrainingLog(dir, options);
    await one.append('hypotheses_data', numbered('one', 2));
    await two.append('hypotheses_data', numbered('two', 2));
    expect(await eventIds(join(dir, 'hypotheses_data.2.jsonl'))).toEqual(['two-0', 'two-1']);
  }
  await using _again = await openTrainingLog(dir, options);
  expect((await listSegments(dir, 'hypotheses_data')).map(({ active }) => active)).toEqual([false, true]);
  expect(await eventIds(join(dir, 'hypotheses_data.jsonl'))).toEqual(['one-0', 'one-1']);
  expect((await countRecords(dir, 'tenant-1')).hypotheses_data).toBe(4);
});

it('begins a new segment before one exceeds its size', async () => {
  const dir = await temporaryDirectory();
  await using log = await openTrainingLog(dir, { log: rememberingLog(), rotateBytes: 20_000 });
  for (let batch = 0; batch < 20; batch++) await log.append('hypotheses_data', numbered('a', 10, batch * 10));
  const all = await listSegments(dir, 'hypotheses_data');
  expect(all.length).toBeGreaterThan(5);
  expect(Math.max(...all.map(({ bytes }) => bytes))).toBeLessThanOrEqual(20_000);
  const read = await collect(readTrainingLog(dir, 'hypotheses_data'));
  expect(read.map((record) => record.event_id)).toEqual(numbered('a', 200).map((record) => record.event_id));
});

it('puts a segment under the UTC date of its last line when a new day begins, also after a restart', async () => {
  const dir = await temporaryDirectory();
  let now = new Date('2026-03-01T23:59:59.000Z');
  const options = { log: rememberingLog(), now: () => now };
  {
    await using log = await openTrainingLog(dir, options);
    await log.append('hypotheses_data', numbered('first', 1));
    now = new Date('2026-03-02T00:00:00.000Z');
    await log.append('hypotheses_data', numbered('second', 1));
  }
  await utimes(join(dir, 'hypotheses_data.jsonl'), now, now);
  now = new Date('2026-03-05T12:00:00.000Z');
  await using log = await openTrainingLog(dir, options);
  expect(await eventIds(join(dir, 'hypotheses_data.jsonl'))).toEqual(['second-0']);
  await log.append('hypotheses_data', numbered('third', 1));
  expect((await readdir(join(dir, 'hypotheses_data'))).sort()).toEqual(['dt=2026-03-01', 'dt=2026-03-02']);
  expect(await eventIds(join(dir, 'hypotheses_data.jsonl'))).toEqual(['third-0']);
});

it('loses nothing when somebody moves or empties the file it writes', async () => {
  const dir = await temporaryDirectory();
  const plain = join(dir, 'hypotheses_data.jsonl');
  await using log = await openTrainingLog(dir, { log: rememberingLog() });
  await log.append('hypotheses_data', numbered('a', 1));
  await rename(plain, join(dir, 'moved-away'));
  await log.append('hypotheses_data', numbered('b', 1));
  expect(await eventIds(plain)).toEqual(['b-0']);
  await writeFile(plain, '');
  await log.append('hypotheses_data', numbered('c', 1));
  expect(await eventIds(plain)).toEqual(['c-0']);
});

it('refuses what cannot be written as JSON without harm to its neighbours', async () => {
  const dir = await temporaryDirectory();
  await using log = await openTrainingLog(dir, { log: rememberingLog() });
  const [poison] = numbered('poison', 1);
  const circular = Object.assign({}, poison, { context: {} });
  Object.assign(circular.context, { circular });
  const results = await Promise.allSettled([
    log.append('hypotheses_data', numbered('a', 1)),
    log.append('hypotheses_data', [circular]),
    log.append('hypotheses_data', numbered('b', 1)),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await eventIds(join(dir, 'hypotheses_data.jsonl'))).toEqual(['a-0', 'b-0']);
});

it('reports a path that is no file, and writes again once it is free', async () => {
  const dir = await temporaryDirectory();
  const plain = join(dir, 'hypotheses_data.jsonl');
  const log = rememberingLog();
  await using training = await openTrainingLog(dir, { log });
  await mkdir(plain);
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(training.append('hypotheses_data', numbered('a', 1))).rejects.toThrow('EISDIR');
  }
  await rename(plain, join(dir, 'aside'));
  await training.append('hypotheses_data', numbered('a', 1));
  expect(log.messages).toEqual(['training_log_unwritable', 'training_log_writable_again']);
  expect((await stat(plain)).size).toBeGreaterThan(0);
});

it('says which log was written, with how many bytes and how long it took', async () => {
  const dir = await temporaryDirectory();
  const written: Written[] = [];
  const options = { log: rememberingLog(), onWritten: (one: Written) => void written.push(one) };
  await using training = await openTrainingLog(dir, options);
  const began = performance.now();
  for (const name of logNames) await training.append(name, numbered(name, 2) as never[]);
  const tookMs = performance.now() - began;
  await training.append('hypotheses_data', []);
  const names = ['hypotheses_data', 'persona_updates', 'ranking_data', 'user_feedback'];
  expect(written.map(({ log }) => log)).toEqual(names);
  for (const { log, bytes, seconds } of written) {
    expect((await stat(join(dir, `${log}.jsonl`))).size, log).toBe(bytes);
    expect(await eventIds(join(dir, `${log}.jsonl`))).toEqual([`${log}-0`, `${log}-1`]);
    expect(seconds * 1_000).toBeGreaterThan(0);
    expect(seconds * 1_000).toBeLessThanOrEqual(tookMs);
  }
});

it('makes no file before there is something to write', async () => {
  const dir = await temporaryDirectory();
  await using training = await openTrainingLog(dir, { log: rememberingLog() });
  await training.append('hypotheses_data', []);
  expect((await readdir(dir)).filter((file) => file.endsWith('.jsonl'))).toEqual([]);
});

const feedback = (event_id: string) => ({
  ...{ timestamp: '2026-01-01T00:00:00.000Z', event_id, tenant_id: 't', user_id: 'u', interaction_id: 'i' },
  ...{ type: 'rating' as const, value: 1 },
});

it('finishes all logs of a writer that died, cuts what it tore, and lets a running one be', async () => {
  const dir = await temporaryDirectory();
  await using one = await openTrainingLog(dir, { log: rememberingLog() });
  await using two = await openTrainingLog(dir, { log: rememberingLog() });
  await one.append('hypotheses_data', numbered('one', 1));
  await two.append('hypotheses_data', numbered('two', 1));
  await writeFile(join(dir, 'hypotheses_data.4.jsonl'), '{"event_id":"died"}\n{"torn');
  await writeFile(join(dir, 'user_feedback.4.jsonl'), `${JSON.stringify(feedback('f'))}\n`);
  await writeFile(join(dir, 'user_feedback.5.jsonl'), '');
  const log = rememberingLog();
  await using _three = await openTrainingLog(dir, { log });
  expect((await readdir(dir)).filter((file) => file.endsWith('.jsonl')).sort()).toEqual([
    'hypotheses_data.2.jsonl',
    'hypotheses_data.jsonl',
  ]);
  expect(log.lines).toEqual([
    { message: 'training_log_torn_tail_cut', fields: { log: 'hypotheses_data', bytes: 6 } },
  ]);
  expect((await readIds(dir)).sort()).toEqual(['died', 'one-0', 'two-0']);
  expect((await countRecords(dir, 't')).user_feedback).toBe(1);
  await one.append('hypotheses_data', numbered('one', 1, 1));
  expect(await eventIds(join(dir, 'hypotheses_data.jsonl'))).toEqual(['one-0', 'one-1']);
});

it('leaves what it cannot finish to the next start, and says so', async () => {
  const dir = await temporaryDirectory();
  await mkdir(join(dir, 'hypotheses_data.3.jsonl'));
  const log = rememberingLog();
  await using training = await openTrainingLog(dir, { log });
  expect(log.lines).toEqual([
    {
      message: 'training_log_abandoned_segment_left',
      fields: { slot: 3, err: expect.objectContaining({ code: 'EISDIR' }) },
    },
  ]);
  await training.append('hypotheses_data', numbered('a', 1));
  expect(await eventIds(join(dir, 'hypotheses_data.jsonl'))).toEqual(['a-0']);
});

it('takes the first slot that is free, and one that was given back again', async () => {
  const dir = await temporaryDirectory();
  const options = { log: rememberingLog() };
  const [one, two] = [await openTrainingLog(dir, options), await openTrainingLog(dir, options)];
  await one[Symbol.asyncDispose]();
  await using three = await openTrainingLog(dir, options);
  await three.append('hypotheses_data', numbered('three', 1));
  await two.append('hypotheses_data', numbered('two', 1));
  expect(await eventIds(join(dir, 'hypotheses_data.jsonl'))).toEqual(['three-0']);
  expect(await eventIds(join(dir, 'hypotheses_data.2.jsonl'))).toEqual(['two-0']);
  await two[Symbol.asyncDispose]();
});

it('says of a lock that cannot be one what is needed', async () => {
  const dir = await temporaryDirectory();
  await mkdir(locksDirectory(dir));
  await writeFile(
    join(locksDirectory(dir), 'writer-1.lock'),
    'no database, and long enough to be seen as none',
  );
  await expect(openTrainingLog(dir, { log: rememberingLog() })).rejects.toMatchObject({
    message: `${dir}/.claims/writer-1.lock cannot be locked; the training directory must be on a file system with locks`,
    cause: { errcode: 26 },
  });
});
