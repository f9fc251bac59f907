import { matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import { isProduct, trackedFiles } from '../sources.ts';
import { parseDiff } from './changed.ts';
import { type MutantGroup, mutantGroups } from './critical.ts';
import type { MutantFate } from './run-group.ts';
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
  mutator: 'StringLiteral',
  replacement: '""',
  status,
});
const group: MutantGroup = { name: 'events', goal: 85, servers: false, sources: [], tests: [] };

test('the table counts errors for nothing, and says how many were not tried', () => {
  const fates = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'RuntimeError'] as const;
  expect(
    formatTable([{ group, fates: fates.map(fate), planned: 7 }])
      .split('\n')
      .slice(2),
  ).toEqual([
    '| `packages/events` | 4 of 5 | 2 | 50.0 % |  |',
    '| **events** | 4 of 7 | 2 | 50.0 % | ≥ 85 % |',
  ]);
});

test('a run of one group leaves the rows of the others', () => {
  const before = formatTable([
    { group, fates: [fate('Survived')], planned: 1 },
    { group: { ...group, name: 'queue' }, fates: [fate('Killed')], planned: 1 },
  ]);
  const after = mergeTable(before, [{ group, fates: [fate('Killed')], planned: 1 }]);
  expect(after.split('\n').slice(2)).toEqual([
    '| `packages/events` | 1 | 1 | 100.0 % |  |',
    '| **events** | 1 | 1 | 100.0 % | ≥ 85 % |',
    '| `packages/events` | 1 | 1 | 100.0 % |  |',
    '| **queue** | 1 | 1 | 100.0 % | ≥ 85 % |',
  ]);
});
