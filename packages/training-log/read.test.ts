import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { listSegments } from './layout.ts';
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
  await appendFile(plain, Buffer.alloc(40_000_000, 'y'));
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
