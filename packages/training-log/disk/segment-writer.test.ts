import {
  appendFile,
  type FileHandle,
  open,
  readFile,
  rename,
  stat,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openTrainingLog } from '../open.ts';
import { readIds } from '../testing/collect.ts';
import { eventIds, rememberingLog, temporaryDirectory } from '../testing/locations.ts';
import { hypothesesRecord, numbered } from '../testing/records.ts';

/** What somebody else does to the file while its bytes are made durable. */
async function duringNextSync(path: string, action: () => Promise<void>): Promise<void> {
  await using handle = await open(path, 'a');
  const prototype: Pick<FileHandle, 'datasync'> = Object.getPrototypeOf(handle);
  const { datasync } = prototype;
  const spy = vi.spyOn(prototype, 'datasync').mockImplementationOnce(async function (this: FileHandle) {
    await datasync.call(this);
    await action();
  });
  onTestFinished(() => spy.mockRestore());
}

async function replaceAlike(path: string): Promise<void> {
  const { size } = await stat(path);
  await rename(path, `${path}.moved`);
  await writeFile(path, '\n'.repeat(size));
}

it.each([
  ['cuts the file off, as copytruncate does', (path: string) => truncate(path, 0)],
  ['cuts half of the last line away', (path: string) => truncate(path, 900)],
  ['moves the file away', (path: string) => rename(path, `${path}.moved`)],
  ['replaces the file by one of the same size', replaceAlike],
  ['removes the file', (path: string) => unlink(path)],
])('acknowledges no lost line when somebody %s during the write', async (_, harm) => {
  const dir = await temporaryDirectory();
  const plain = join(dir, 'hypotheses_data.jsonl');
  await using log = await openTrainingLog(dir, { log: rememberingLog() });
  await log.append('hypotheses_data', numbered('a', 1));
  await duringNextSync(plain, () => harm(plain));
  await log.append('hypotheses_data', numbered('b', 1));
  await log.append('hypotheses_data', numbered('c', 1));
  expect((await readIds(dir)).filter((id) => id !== 'a-0')).toEqual(['b-0', 'c-0']);
});

it('writes a line again when somebody else appended to the file meanwhile, and keeps what they wrote', async () => {
  const dir = await temporaryDirectory();
  const plain = join(dir, 'hypotheses_data.jsonl');
  await using log = await openTrainingLog(dir, { log: rememberingLog() });
  await log.append('hypotheses_data', numbered('a', 1));
  const [foreign] = numbered('foreign', 1);
  await duringNextSync(plain, () => appendFile(plain, `${JSON.stringify(foreign)}\n`));
  await log.append('hypotheses_data', numbered('b', 1));
  expect((await readIds(dir)).sort()).toEqual(['a-0', 'b-0', 'foreign-0']);
  expect(await eventIds(plain)).toEqual(['b-0']);
});

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
