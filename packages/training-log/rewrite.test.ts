import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { logNames } from '@learning-loop/events/training-records';
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

it('asks of every record of every log, and keeps the segment of a day under its day', async () => {
  const dir = await temporaryDirectory();
  for (const name of logNames)
    await writeFile(
      join(dir, `${name}.jsonl`),
      ['kept', 'erased'].map((id) => `${JSON.stringify(hypothesesRecord(id))}\n`).join(''),
    );
  const written = new Date('2026-01-31T23:59:59.000Z');
  await utimes(join(dir, 'ranking_data.jsonl'), written, written);
  await writeFile(join(dir, 'user_feedback.2.jsonl'), '');
  expect(await rewriteSegments(dir, isNotErased)).toBe(4);
  expect(await filesWith(dir, 'erased')).toEqual([]);
  expect(await filesWith(dir, 'kept')).toHaveLength(4);
  expect(await readdir(join(dir, 'ranking_data'))).toEqual(['dt=2026-01-31']);
  expect(await readdir(dir), 'its writer may be frozen').not.toContain('user_feedback.2.jsonl');
});

it.each([
  ['a torn tail', 'kept\ntorn', 0],
  ['a broken line', 'kept\nbroken\n', 0],
  ['a record that goes', 'kept\nerased\n', 1],
  ['only a torn tail', 'torn', 0],
])('rewrites a segment for %s alone', async (_what, content, removed) => {
  const dir = await temporaryDirectory();
  const day = join(dir, 'hypotheses_data', 'dt=2026-01-01');
  await mkdir(day, { recursive: true });
  const record = (id: string) => JSON.stringify(hypothesesRecord(id));
  const text = content.replace('kept', record('kept')).replace('erased', record('erased'));
  await writeFile(join(day, 'a.jsonl'), text);
  expect(await rewriteSegments(dir, isNotErased)).toBe(removed);
  const left = content.startsWith('kept') ? [`${record('kept')}\n`] : [];
  expect(await Promise.all((await readdir(day)).map((file) => readFile(join(day, file), 'utf8')))).toEqual(
    left,
  );
});

it('keeps the lines of a segment that is longer than what is read at once, in their order', async () => {
  const dir = await temporaryDirectory();
  const day = join(dir, 'hypotheses_data', 'dt=2026-01-01');
  await mkdir(day, { recursive: true });
  const lines = Array.from({ length: 3_000 }, (_, n) => `${JSON.stringify(hypothesesRecord(`${n}`))}\n`);
  await writeFile(join(day, 'a.jsonl'), lines.join(''));
  expect(await rewriteSegments(dir, ({ event_id }) => event_id !== '7')).toBe(1);
  expect(await readFile(join(day, 'a.jsonl'), 'utf8')).toBe(lines.filter((_, n) => n !== 7).join(''));
});

it('lets a line be that a writer appends while it asks', async () => {
  const dir = await temporaryDirectory();
  await using log = await openTrainingLog(dir, { log: rememberingLog() });
  await log.append('hypotheses_data', [hypothesesRecord('kept'), hypothesesRecord('erased')]);
  let appended: Promise<void> | undefined;
  const removed = await rewriteSegments(dir, (record) => {
    appended ??= log.append('hypotheses_data', [hypothesesRecord('late')]);
    return isNotErased(record);
  });
  await appended;
  expect([removed, (await readIds(dir)).sort()]).toEqual([1, ['kept', 'late']]);
});

async function filesWith(dir: string, text: string): Promise<string[]> {
  const files = await readdir(dir, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const contents = await Promise.all(
    paths.map(async (path) => ({ path, content: await readFile(path, 'utf8') })),
  );
  return contents.flatMap(({ path, content }) => (content.includes(text) ? [path] : []));
}
