import { expect, test } from 'vitest';
import { batchStatements } from './batched-statements.ts';

const dataFault = () => Object.assign(new Error('invalid input'), { code: '22P02' });

test('concurrent callers share one statement, and each gets its own result', async () => {
  const calls: number[][] = [];
  const double = batchStatements(async (items: number[]) => {
    calls.push(items);
    return items.map((item) => item * 2);
  });
  expect(await Promise.all([1, 2, 3].map(double))).toEqual([2, 4, 6]);
  expect(calls).toEqual([[1, 2, 3]]);
});

test('data that is refused fails its own caller, not its neighbours', async () => {
  const work = batchStatements(async (items: number[]) => {
    if (items.includes(2)) throw dataFault();
    return items;
  });
  const results = await Promise.allSettled([1, 2, 3].map(work));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('an outage fails every caller after one attempt', async () => {
  let tries = 0;
  const work = batchStatements(async (): Promise<number[]> => {
    tries += 1;
    throw new Error('connection terminated');
  });
  const results = await Promise.allSettled([1, 2, 3].map(work));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(tries).toBe(1);
});
