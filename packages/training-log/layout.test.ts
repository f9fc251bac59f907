import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { activePath, finishedPath, listSegments, listUsedSlots } from './layout.ts';
import { temporaryDirectory } from './testing/locations.ts';

test('segments that a writer finishes within one millisecond sort as they were finished', () => {
  const at = new Date('2026-03-01T12:00:00.000Z');
  const paths = Array.from({ length: 100 }, () => finishedPath('log', 'hypotheses_data', at));
  expect(paths.toSorted()).toEqual(paths);
  expect(new Set(paths).size).toBe(100);
});

test('a segment is under the UTC date of its time, which its name begins with', () => {
  expect(finishedPath('/log', 'user_feedback', new Date('2026-03-01T23:30:05.007-05:00'))).toMatch(
    /^\/log\/user_feedback\/dt=2026-03-02\/20260302T043005007Z-[0-9a-f-]{36}\.jsonl$/u,
  );
});

test('the first slot has the plain name', () => {
  expect([1, 2, 10].map((slot) => activePath('/log', 'ranking_data', slot))).toEqual([
    ...['/log/ranking_data.jsonl', '/log/ranking_data.2.jsonl', '/log/ranking_data.10.jsonl'],
  ]);
});

test('the slots in use are those of any log, by number, and of no other file', async () => {
  const dir = await temporaryDirectory();
  expect(await listUsedSlots(join(dir, 'nowhere'))).toEqual([]);
  const names = ['a_b.10', 'a_b.2', 'c.2', 'a_b', 'a_b.3.jsonl', 'A.4', 'a_b.x', '5', 'a.6.7', 'x a.8'];
  for (const name of names) await writeFile(join(dir, `${name}.jsonl`), '');
  for (const name of ['a_b.11.jsonl.rewrite', 'a_b.12.json', 'a_b.13']) await writeFile(join(dir, name), '');
  expect(await listUsedSlots(dir)).toEqual([1, 2, 10]);
});

test('finished segments come first, by date and name, with their size and whether they may grow', async () => {
  const dir = await temporaryDirectory();
  const write = async (path: string, bytes: number) => {
    await mkdir(join(dir, path, '..'), { recursive: true });
    await writeFile(join(dir, path), 'x'.repeat(bytes));
  };
  await write('user_feedback.jsonl', 1);
  await write('user_feedback.3.jsonl', 2);
  await write('user_feedback/dt=2026-02-01/b.jsonl', 3);
  await write('user_feedback/dt=2026-02-01/a.jsonl', 4);
  await write('user_feedback/dt=2026-01-01/c.jsonl', 5);
  await write('user_feedback/dt=2026-01-01/c.jsonl.rewrite', 6);
  await write('user_feedback/other/d.jsonl', 7);
  await write('ranking_data/dt=2026-01-01/e.jsonl', 8);
  const list = async () => await listSegments(dir, 'user_feedback');
  expect(
    (await list()).map(({ path, bytes, active }) => [path.slice(dir.length + 1), bytes, active]),
  ).toEqual([
    ['user_feedback/dt=2026-01-01/c.jsonl', 5, false],
    ['user_feedback/dt=2026-02-01/a.jsonl', 4, false],
    ['user_feedback/dt=2026-02-01/b.jsonl', 3, false],
    ['user_feedback.jsonl', 1, true],
    ['user_feedback.3.jsonl', 2, true],
  ]);
  const idAt = async (n: number) => (await list())[n]?.id;
  const before = [await idAt(3), await idAt(4)];
  await rename(join(dir, 'user_feedback.jsonl'), join(dir, 'user_feedback/dt=2026-02-01/z.jsonl'));
  expect(await idAt(3), 'the same file elsewhere').toBe(before[0]);
  await write('new', 2);
  await rename(join(dir, 'new'), join(dir, 'user_feedback.3.jsonl'));
  expect(await idAt(4), 'another file in its place').not.toBe(before[1]);
  await rm(join(dir, 'user_feedback.3.jsonl'));
  expect(await idAt(4)).toBeUndefined();
});
