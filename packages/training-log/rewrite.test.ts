import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockFile, locksDirectory } from './disk/writer-lock.ts';
import { listSegments } from './layout.ts';
import { openTrainingLog } from './open.ts';
import { rewriteSegments } from './rewrite.ts';
import { readIds } from './testing/collect.ts';
import { rememberingLog, temporaryDirectory } from './testing/locations.ts';
import { hypothesesRecord, numbered } from './testing/records.ts';

const canary = 'canary-4711';
const canaryLine = `${JSON.stringify(hypothesesRecord('erased', canary))}\n`;
const isNotErased = ({ event_id }: { event_id: string }) => event_id !== 'erased';

it('leaves no trace: broken lines, torn tails, abandoned writers and an earlier rewrite included', async () => {
  const dir = await temporaryDirectory();
  const day = join(dir, 'hypotheses_data', 'dt=2026-01-01');
  await mkdir(day, { recursive: true });
  await writeFile(join(day, 'a.jsonl'), `${JSON.stringify(hypothesesRecord('kept'))}\n${canaryLine}`);
  await writeFile(join(day, 'only-erased.jsonl'), canaryLine);
  await writeFile(join(day, 'a.jsonl.rewrite'), canaryLine);
  await writeFile(join(dir, 'hypotheses_data.2.jsonl'), `{"broken": "${canary}\n`);
  await writeFile(join(dir, 'hypotheses_data.jsonl'), canaryLine.slice(0, -9));
  expect(await rewriteSegments(dir, isNotErased)).toBe(2);
  expect(await filesWith(dir, canary)).toEqual([]);
  expect(await readIds(dir)).toEqual(['kept']);
  expect(await listSegments(dir, 'hypotheses_data')).toHaveLength(1);
});

it('does not touch a segment without the records in question', async () => {
  const dir = await temporaryDirectory();
  const day = join(dir, 'hypotheses_data', 'dt=2026-01-01');
  await mkdir(day, { recursive: true });
  await writeFile(join(day, 'a.jsonl'), `${JSON.stringify(hypothesesRecord('kept'))}\n`);
  const before = await stat(join(day, 'a.jsonl'));
  expect(await rewriteSegments(dir, isNotErased)).toBe(0);
  const after = await stat(join(day, 'a.jsonl'));
  expect([after.ino, after.ctimeMs]).toEqual([before.ino, before.ctimeMs]);
});

it('refuses to run during another rewrite', async () => {
  const dir = await temporaryDirectory();
  await mkdir(locksDirectory(dir));
  {
    using _other = lockFile(join(locksDirectory(dir), 'rewrite.lock'));
    await expect(rewriteSegments(dir, () => true)).rejects.toThrow('being rewritten already');
  }
  expect(await rewriteSegments(dir, () => true)).toBe(0);
});

it('changes nothing when it fails, and can be run again', async () => {
  const dir = await temporaryDirectory();
  await using log = await openTrainingLog(dir, { log: rememberingLog() });
  await log.append('hypotheses_data', numbered('a', 3));
  let asked = 0;
  // The first pass looks for lines to remove; this fails in the second, while it copies the others.
  const failing = rewriteSegments(dir, ({ event_id }) => {
    if (++asked > 4) throw new Error('keep failed');
    return event_id === 'a-1';
  });
  await expect(failing).rejects.toThrow('keep failed');
  expect(await readIds(dir)).toEqual(['a-0', 'a-1', 'a-2']);
  expect(await rewriteSegments(dir, ({ event_id }) => event_id === 'a-1')).toBe(2);
  await log.append('hypotheses_data', numbered('b', 1));
  expect(await readIds(dir)).toEqual(['a-1', 'b-0']);
});

async function filesWith(dir: string, text: string): Promise<string[]> {
  const files = await readdir(dir, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const contents = await Promise.all(
    paths.map(async (path) => ({ path, content: await readFile(path, 'utf8') })),
  );
  return contents.flatMap(({ path, content }) => (content.includes(text) ? [path] : []));
}
