import { readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import { isProduct, trackedFiles } from '../sources.ts';
import { parseDiff } from './changed.ts';
import { type MutantGroup, mutantGroups } from './critical.ts';
import { equivalentMutants } from './equivalent.ts';
import { findGone, findNoticed, type MutantFate, markEquivalents } from './fate.ts';
import { formatTable, mergeTable } from './table.ts';

test('a diff gives the added and changed lines, and nothing for removed ones', () => {
  const diff = [
    'diff --git packages/a.ts packages/a.ts',
    '--- packages/a.ts',
    '+++ packages/a.ts',
    '@@ -3,0 +4,2 @@ context',
    '+one',
    '+two',
    '@@ -9 +11 @@',
    '@@ -20,3 +22,0 @@',
    '--- packages/gone.ts',
    '+++ /dev/null',
    '@@ -1,5 +0,0 @@',
  ].join('\n');
  expect(parseDiff(diff)).toEqual(['packages/a.ts:4-5', 'packages/a.ts:11-11']);
});

test('every pattern of critical sources and tests matches a file', () => {
  const files = trackedFiles(/\.ts$/u);
  const products = files.filter(isProduct);
  const dead = mutantGroups.flatMap(({ sources, tests }) => [
    ...sources.filter((pattern) => !products.some((file) => matchesGlob(file, pattern))),
    ...tests.filter((pattern) => !files.some((file) => matchesGlob(file, pattern))),
  ]);
  expect(dead).toEqual([]);
});

const fate = (status: MutantFate['status']): MutantFate => ({
  file: 'packages/events/event.ts',
  line: 1,
  text: 'if (a < b && c < d) {',
  original: 'a < b',
  mutator: 'EqualityOperator',
  replacement: 'a <= b',
  status,
});
const group: MutantGroup = { name: 'events', goal: 85, servers: false, sources: [], tests: [] };
const rowsOf = (statuses: MutantFate['status'][], planned: number) =>
  formatTable([{ group, fates: statuses.map(fate), planned }])
    .split('\n')
    .slice(2);

test('the table counts for nothing what could not be loaded, and leaves out what is ignored or equivalent', () => {
  const statuses = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'RuntimeError'] as const;
  expect(rowsOf([...statuses, 'Ignored', 'Equivalent', 'Equivalent'], 8)).toEqual([
    '| `packages/events` | 4 of 5 | 2 | 50.0 % |  | 2 |',
    '| **events** | 4 of 5 | 2 | 50.0 % | ≥ 85 % | 2 |',
  ]);
});

test.each([
  { what: 'for which no time was left', statuses: ['Killed', 'Survived', 'Untried'] as const, planned: 3 },
  { what: 'of which it did not report all', statuses: ['Killed', 'Survived'] as const, planned: 3 },
])('a run with mutants $what has no share', ({ statuses, planned }) => {
  expect(rowsOf([...statuses], planned).at(-1)).toMatch(/^\| \*\*events\*\* \| 2.* \| 1 \| — \|/u);
});

test('a run of one group leaves the rows of the others, and drops groups that are gone', () => {
  const before = formatTable([
    { group: { ...group, name: 'queue' }, fates: [fate('Killed')], planned: 1 },
    { group, fates: [fate('Survived')], planned: 1 },
    { group: { ...group, name: 'gone' }, fates: [fate('Killed')], planned: 1 },
  ]);
  const after = mergeTable(before, [{ group, fates: [fate('Killed')], planned: 1 }]);
  expect(after.split('\n').slice(2)).toEqual([
    '| `packages/events` | 1 | 1 | 100.0 % |  | 0 |',
    '| **events** | 1 | 1 | 100.0 % | ≥ 85 % | 0 |',
    '| `packages/events` | 1 | 1 | 100.0 % |  | 0 |',
    '| **queue** | 1 | 1 | 100.0 % | ≥ 85 % | 0 |',
  ]);
});

const listed = {
  file: 'packages/events/event.ts',
  line: 'if (a < b && c < d) {',
  change: ['a < b', 'a <= b'] as [string, string],
  reason: 'a is never b',
};

test('only the very change that is listed is equivalent, and only where no test noticed it', () => {
  const other = { ...fate('Survived'), original: 'c < d', replacement: 'c <= d' };
  const fates = [fate('Survived'), fate('NoCoverage'), fate('Killed'), other];
  expect(markEquivalents(fates, [listed]).map(({ status }) => status)).toEqual([
    'Equivalent',
    'Equivalent',
    'Killed',
    'Survived',
  ]);
  expect(findNoticed([other, fate('Survived')], [listed])).toEqual([]);
  expect(findNoticed(fates, [listed])).toEqual([listed]);
});

test('a listed change is gone with its line or with the code on it', () => {
  const gone = (text: string) => findGone([listed], () => text);
  expect(gone('{\n  if (a < b && c < d) {\n')).toEqual([]);
  expect(gone('if (a < b || c < d) {\n')).toEqual([listed]);
  expect(findGone([{ ...listed, change: ['x < y', 'true'] }], () => listed.line)).toHaveLength(1);
  expect(
    findGone([{ ...listed, change: ['{ return 1; }', '{}'] }], () => `${listed.line}\n  return 1;\n}`),
  ).toEqual([]);
});

test('every change that is listed as equivalent is still possible, and has a reason', () => {
  expect(findGone(equivalentMutants, (file) => readFileSync(file, 'utf8'))).toEqual([]);
  expect(equivalentMutants.filter(({ reason }) => reason === '')).toEqual([]);
});
