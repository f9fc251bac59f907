import { expect, test } from 'vitest';
import { finishedPath } from './layout.ts';

test('segments that a writer finishes within one millisecond sort as they were finished', () => {
  const at = new Date('2026-03-01T12:00:00.000Z');
  const paths = Array.from({ length: 100 }, () => finishedPath('log', 'hypotheses_data', at));
  expect(paths.toSorted()).toEqual(paths);
  expect(new Set(paths).size).toBe(100);
});
