import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openTrainingLog } from '../open.ts';
import { readIds } from '../testing/collect.ts';
import { eventIds, rememberingLog, temporaryDirectory } from '../testing/locations.ts';
import { hypothesesRecord, numbered } from '../testing/records.ts';

it('survives a cut at every byte of the last line', { timeout: 60_000 }, async () => {
  const dir = await temporaryDirectory();
  const plain = join(dir, 'hypotheses_data.jsonl');
  const [first, last] = [hypothesesRecord('first'), hypothesesRecord('last', 'ü🙂\u2028')].map(
    (record) => `${JSON.stringify(record)}\n`,
  );
  const whole = Buffer.from(`${first}${last}`);
  for (let cut = Buffer.byteLength(first ?? ''); cut < whole.length; cut++) {
    await writeFile(plain, whole.subarray(0, cut));
    expect(await readIds(dir)).toEqual(['first']);
    await appendTo(dir, 'next');
    expect(await eventIds(plain)).toEqual(['first', 'next-0']);
  }
});

it('keeps every good line, whatever a crash left behind them', { timeout: 60_000 }, async () => {
  const dir = await temporaryDirectory();
  const plain = join(dir, 'hypotheses_data.jsonl');
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.constantFrom('\0'.repeat(70_000), '{"event_id":"torn', '}\n', '\n\n', '12\n{"a":1', '[\n'),
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 200 }), garbage, async (good, tail) => {
      const lines = numbered('good', good).map((record) => `${JSON.stringify(record)}\n`);
      await writeFile(plain, `${lines.join('')}${tail}`);
      const kept = numbered('good', good).map((record) => record.event_id);
      expect(await readIds(dir)).toEqual(kept);
      await appendTo(dir, 'next');
      expect(await readIds(dir)).toEqual([...kept, 'next-0']);
      expect((await readFile(plain)).at(-1)).toBe(0x0a);
    }),
    { numRuns: 200 },
  );
});

async function appendTo(dir: string, prefix: string): Promise<void> {
  await using log = await openTrainingLog(dir, { log: rememberingLog() });
  await log.append('hypotheses_data', numbered(prefix, 1));
}
