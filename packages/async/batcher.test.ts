import { expect, test } from 'vitest';
import { groupCommit } from './batcher.ts';

/** A writer whose every batch ends when the test says so. */
function manual() {
  const batches: number[][] = [];
  const ends: (() => void)[] = [];
  const write = (batch: number[]) => {
    batches.push(batch);
    return new Promise<void>((end) => ends.push(end));
  };
  return { batches, ends, write };
}

test('the first arrival is written without waiting for company', async () => {
  const { batches, write } = manual();
  groupCommit(write, { limit: 10 }).add(1);
  await expect.poll(() => batches).toEqual([[1]]);
});

test('what arrives during a write is the next batch, as much as fits', async () => {
  const { batches, ends, write } = manual();
  const group = groupCommit(write, { limit: 3 });
  group.add(0);
  await expect.poll(() => batches.length).toBe(1);
  for (const item of [1, 2, 3, 4]) group.add(item);
  expect(group.size).toBe(5);
  ends[0]?.();
  await expect.poll(() => batches).toEqual([[0], [1, 2, 3]]);
  expect(group.size).toBe(4);
  ends[1]?.();
  await expect.poll(() => batches.at(-1)).toEqual([4]);
  ends[2]?.();
  await expect.poll(() => group.size).toBe(0);
});

test('an arrival after a pause is written too', async () => {
  const { batches, ends, write } = manual();
  const group = groupCommit(write, { limit: 3 });
  group.add(0);
  await expect.poll(() => batches.length).toBe(1);
  ends[0]?.();
  await expect.poll(() => group.size).toBe(0);
  group.add(1);
  await expect.poll(() => batches).toEqual([[0], [1]]);
});

test('with a rhythm, what arrives until the next beat is written together', async () => {
  const begun: number[] = [];
  const batches: number[][] = [];
  const write = async (batch: number[]) => {
    begun.push(performance.now());
    if (batches.push(batch) > 1) return;
    group.add(1);
    setImmediate(() => group.add(2));
  };
  const group = groupCommit(write, { limit: 10, everyMs: 500 });
  const asked = performance.now();
  group.add(0);
  await expect.poll(() => batches, { timeout: 5_000 }).toEqual([[0], [1, 2]]);
  expect((begun[1] ?? 0) - asked).toBeGreaterThanOrEqual(499);
});
