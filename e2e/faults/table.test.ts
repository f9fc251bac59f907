import { expect, it } from 'vitest';
import type { Row } from './run-fault.ts';
import { mergeRow } from './table.ts';

const row = (number: number, more: Partial<Row> = {}): Row => ({
  fault: { number, name: 'a fault' },
  accepted: 10_000,
  lost: 0,
  duplicated: 0,
  recoveryMs: 1_500,
  notes: 'as promised',
  faults: [],
  tookMs: 1,
  ...more,
});
const numbers = (table: string) => [...table.matchAll(/^\| (\d+) /gm)].map(([, number]) => Number(number));

it('puts a row in its place, and leaves the others', () => {
  const table = [12, 3, 20].reduce((text, number) => mergeRow(text, row(number)), '');
  expect(numbers(table)).toEqual([3, 12, 20]);
  const again = mergeRow(table, row(12, { accepted: 12_345 }));
  expect(again).toBe(table.replace('| 12 | a fault | 10,000 |', '| 12 | a fault | 12,345 |'));
});

it('says in the table what was not kept', () => {
  expect(mergeRow('', row(6, { faults: ['a 503 took 1200 ms'] }))).toContain(
    '| as promised; **not kept: a 503 took 1200 ms** |',
  );
});
