import { appendFile, mkdir, open, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { listSegments } from './layout.ts';
import { readLines } from './lines.ts';
import { openTrainingLog } from './open.ts';
import { countRecords, readTrainingLog } from './read.ts';
import { rewriteSegments } from './rewrite.ts';
import { collect } from './testing/collect.ts';
import { rememberingLog, temporaryDirectory } from './testing/locations.ts';
import { hypothesesRecord, numbered } from './testing/records.ts';

const line = (id: string) => `${JSON.stringify(hypothesesRecord(id))}\n`;

it('goes through the finished segments by date and then the active ones, whoever wrote them', async () => {
  const dir = await temporaryDirectory();
  await mkdir(join(dir, 'hypotheses_data', 'dt=2026-01-02'), { recursive: true });
  await mkdir(join(dir, 'hypotheses_data', 'dt=2026-01-01'), { recursive: true });
  await writeFile(join(dir, 'hypotheses_data.jsonl'), line('d'));
  await writeFile(join(dir, 'hypotheses_data.2.jsonl'), line('e') + line('a'));
  await writeFile(join(dir, 'hypotheses_data', 'dt=2026-01-02', 'x.jsonl'), line('c'));
  await writeFile(join(dir, 'hypotheses_data', 'dt=2026-01-01', 'x.jsonl'), line('a') + line('b'));
  await writeFile(join(dir, 'hypotheses_data', 'dt=2026-01-01', 'x.jsonl.rewrite'), line('unfinished'));
  const reader = readTrainingLog(dir, 'hypotheses_data');
  expect((await collect(reader)).map((record) => record.event_id)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(reader.skipped).toEqual({ broken: 0, duplicates: 1 });
  expect((await listSegments(dir, 'hypotheses_data')).map(({ active }) => active)).toEqual([
    false,
    false,
    true,
    true,
  ]);
  expect((await countRecords(dir, 'tenant-1')).hypotheses_data).toBe(5);
});

it('finds the good lines among broken ones and counts the broken', async () => {
  const dir = await temporaryDirectory();
  const broken = fc.constantFrom(
    '',
    'null',
    '[]',
    '{}',
    '{"event_id":1}',
    '{"event_id":"torn',
    '\0\0\0',
    '"text"',
  );
  const good = fc.integer({ min: 0, max: 30 }).map((n) => line(`id-${n}`).trim());
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(broken, good)), fc.boolean(), async (lines, torn) => {
      await rm(join(dir, 'hypotheses_data.jsonl'), { force: true });
      await writeFile(
        join(dir, 'hypotheses_data.jsonl'),
        lines.map((text) => `${text}\n`).join('') + (torn ? '{"ev' : ''),
      );
      const expected = lines.filter((text) => text.endsWith('"rules"}'));
      const reader = readTrainingLog(dir, 'hypotheses_data');
      const records = await collect(reader);
      expect(records.map((record) => JSON.stringify(record))).toEqual([...new Set(expected)]);
      expect(reader.skipped.broken).toBe(lines.length - expected.length);
      expect(reader.skipped.duplicates).toBe(expected.length - records.length);
      expect((await countRecords(dir, 'tenant-1')).hypotheses_data).toBe(records.length);
    }),
  );
});

it('reads lines across its chunks and gives up on a line without end', { timeout: 30_000 }, async () => {
  const dir = await temporaryDirectory();
  const plain = join(dir, 'hypotheses_data.jsonl');
  const long = hypothesesRecord('long', 'x'.repeat(3_000_000));
  await writeFile(plain, `${JSON.stringify(long)}\n${line('a')}`);
  await appendFile(plain, Buffer.alloc(18_000_000, 'y'));
  await appendFile(plain, `\n${line('b')}`);
  const reader = readTrainingLog(dir, 'hypotheses_data');
  expect((await collect(reader)).map((record) => record.event_id)).toEqual(['long', 'a', 'b']);
  expect(reader.skipped.broken).toBe(1);
});

it('counts only what came since, also when it came in the middle of a line', async () => {
  const dir = await temporaryDirectory();
  const plain = join(dir, 'hypotheses_data.jsonl');
  const text = numbered('n', 40)
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('');
  for (let at = 0; at < text.length; at += 997) {
    await appendFile(plain, text.slice(at, at + 997));
    const complete = text.slice(0, at + 997).split('\n').length - 1;
    expect((await countRecords(dir, 'tenant-1')).hypotheses_data).toBe(complete);
  }
});

it('misses nothing of a segment that is rotated or rewritten away while others are read', async () => {
  const dir = await temporaryDirectory();
  await using log = await openTrainingLog(dir, { log: rememberingLog(), rotateBytes: 20_000 });
  const before = ['finished', 'rotated', 'rewritten'].flatMap((prefix) => numbered(prefix, 20));
  await log.append('hypotheses_data', before.slice(0, 20));
  await log.append('hypotheses_data', before.slice(20, 40));
  const found: string[] = [];
  for await (const { event_id } of readTrainingLog(dir, 'hypotheses_data')) {
    found.push(event_id);
    if (event_id === 'finished-0') await log.append('hypotheses_data', before.slice(40));
    if (event_id === 'finished-19') await rewriteSegments(dir, (record) => record.event_id !== 'rotated-3');
  }
  const expected = before.map((record) => record.event_id).filter((id) => id !== 'rotated-3');
  expect(found.sort()).toEqual(expected.sort());
});

it('gives the offset after each whole line, from where it is asked to begin', async () => {
  const dir = await temporaryDirectory();
  const path = join(dir, 'text');
  // A chunk is 1,048,576 bytes: the third line goes over its end.
  const lines = ['a', '', 'c'.repeat(1_048_576), 'd'];
  await writeFile(path, `${lines.join('\n')}\ntorn`);
  await using handle = await open(path, 'r');
  const read = async (from: number) => {
    const chunks: [number[], number][] = [];
    for await (const chunk of readLines(handle, from))
      chunks.push([chunk.lines.map((one) => one.length), chunk.end]);
    return chunks;
  };
  expect(await read(0)).toEqual([
    [[1, 0], 3],
    [[1_048_576, 1], 1_048_582],
  ]);
  expect(await read(3)).toEqual([[[1_048_576, 1], 1_048_582]]);
  expect(await read(1_048_580)).toEqual([[[1], 1_048_582]]);
  expect(await read(1_048_582)).toEqual([]);
});

it('counts each log of each directory and tenant by itself', async () => {
  const [one, two] = [await temporaryDirectory(), await temporaryDirectory()];
  const counts = { hypotheses_data: 4, persona_updates: 3, ranking_data: 2, user_feedback: 1 };
  for (const [name, count] of Object.entries(counts))
    await writeFile(
      join(one, `${name}.jsonl`),
      Array.from({ length: count }, (_, n) => line(`${n}`)).join(''),
    );
  await writeFile(join(two, 'user_feedback.jsonl'), line('a') + line('b'));
  const none = { hypotheses_data: 0, persona_updates: 0, ranking_data: 0, user_feedback: 0 };
  expect(await countRecords(one, 'tenant-1')).toEqual(counts);
  expect(await countRecords(two, 'tenant-1')).toEqual({ ...none, user_feedback: 2 });
  expect(await countRecords(one, 'tenant-2')).toEqual(none);
});

it('counts anew when a segment was replaced, cut off or removed', async () => {
  const dir = await temporaryDirectory();
  const plain = join(dir, 'hypotheses_data.jsonl');
  const count = async () => (await countRecords(dir, 'tenant-1')).hypotheses_data;
  await writeFile(plain, line('a') + line('b') + line('c'));
  expect(await Promise.all([count(), count()]), 'at once').toEqual([3, 3]);
  await truncate(plain, line('a').length);
  expect(await count()).toBe(1);
  await rename(plain, `${plain}.old`);
  await writeFile(plain, line('x') + line('y'));
  expect(await count()).toBe(2);
  await rm(plain);
  expect(await count()).toBe(0);
});

it('counts a record that another segment holds as well once', async () => {
  const dir = await temporaryDirectory();
  await writeFile(join(dir, 'hypotheses_data.jsonl'), line('a') + line('b'));
  await writeFile(join(dir, 'hypotheses_data.2.jsonl'), line('b') + line('c'));
  expect((await countRecords(dir, 'tenant-1')).hypotheses_data).toBe(3);
});

it('can be read again, from the start, and says what that reading skipped', async () => {
  const dir = await temporaryDirectory();
  await writeFile(join(dir, 'hypotheses_data.jsonl'), `${line('a')}${line('a')}broken\n`);
  const reader = readTrainingLog(dir, 'hypotheses_data');
  for (const _ of [1, 2]) {
    expect(await collect(reader)).toHaveLength(1);
    expect(reader.skipped).toEqual({ broken: 1, duplicates: 1 });
  }
});

it('fails where the directory cannot be read, rather than take it for empty', async () => {
  const dir = await temporaryDirectory();
  await writeFile(join(dir, 'file'), '');
  await expect(collect(readTrainingLog(join(dir, 'file'), 'hypotheses_data'))).rejects.toThrow('ENOTDIR');
});
