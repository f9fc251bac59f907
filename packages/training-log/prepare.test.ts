import { type FileHandle, open, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openTrainingLog } from './open.ts';
import { rewriteSegments } from './rewrite.ts';
import { readIds } from './testing/collect.ts';
import { rememberingLog, temporaryDirectory } from './testing/locations.ts';
import { numbered } from './testing/records.ts';
import { OutdatedRecords } from './training-log.ts';

const name = 'hypotheses_data';
const activeFiles = async (dir: string) => (await readdir(dir)).filter((file) => file.endsWith('.jsonl'));

it.each([
  ['was never begun', false, async () => {}],
  ['an erasure took away', true, (dir: string) => rewriteSegments(dir, () => true)],
  ['somebody removed', true, (dir: string) => unlink(join(dir, `${name}.jsonl`))],
  ['somebody replaced', true, (dir: string) => replace(join(dir, `${name}.jsonl`))],
])(
  'a log whose file %s takes nothing that was read before, and then what is read',
  async (_what, begun, take) => {
    const dir = await temporaryDirectory();
    await using log = await openTrainingLog(dir, { log: rememberingLog() });
    if (begun) await log.append(name, numbered('first', 1));
    const readAt = performance.now();
    await take(dir);
    await expect(log.prepare([name], readAt)).rejects.toThrow(OutdatedRecords);
    await log.prepare([name], performance.now());
    expect(await activeFiles(dir), 'no log that was not asked for').toEqual([`${name}.jsonl`]);
    await log.append(name, numbered('next', 1), performance.now());
    expect((await readIds(dir)).at(-1)).toBe('next-0');
  },
);

async function replace(path: string): Promise<void> {
  await rename(path, `${path}.moved`);
  await (await open(path, 'a')).close();
}

it('a file that is in place takes what was read since it was begun, and is not written to for that', async () => {
  const dir = await temporaryDirectory();
  await using log = await openTrainingLog(dir, { log: rememberingLog() });
  const before = performance.now();
  await log.append(name, numbered('first', 1));
  const syncs = await countSyncs(join(dir, `${name}.jsonl`));
  await log.prepare([name], performance.now());
  await expect(log.prepare([name], before)).rejects.toThrow(OutdatedRecords);
  expect(syncs()).toBe(0);
  expect(await readIds(dir)).toEqual(['first-0']);
});

async function countSyncs(path: string): Promise<() => number> {
  await using handle = await open(path, 'a');
  const prototype: Pick<FileHandle, 'datasync'> = Object.getPrototypeOf(handle);
  const spy = vi.spyOn(prototype, 'datasync');
  onTestFinished(() => spy.mockRestore());
  return () => spy.mock.calls.length;
}

it('of records that wait for one write, those outdated are refused, and the others are written in order', async () => {
  const dir = await temporaryDirectory();
  await using log = await openTrainingLog(dir, { log: rememberingLog() });
  const first = log.append(name, numbered('first', 1));
  const waiting = [
    log.append(name, numbered('old', 1), 0),
    log.append(name, numbered('new', 2)),
    log.append(name, numbered('older', 1), 0),
    log.append(name, numbered('newer', 1)),
  ];
  const outcomes = await Promise.allSettled([first, ...waiting]);
  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  expect(outcomes[1]).toMatchObject({ reason: expect.any(OutdatedRecords) });
  expect(await readIds(dir)).toEqual(['first-0', 'new-0', 'new-1', 'newer-0']);
});
