import { expect, test } from 'vitest';
import { together } from './together.ts';

const sharing = { limit: 10, lanes: 1 };
const dataFault = () => Object.assign(new Error('invalid input'), { code: '22P02' });

test('what is asked for at the same time is answered by one call, each caller with its own', async () => {
  const calls: number[][] = [];
  const double = together(async (items: number[]) => {
    calls.push(items);
    return items.map((item) => item * 2);
  }, sharing);
  expect(await Promise.all([1, 2, 3].map(double))).toEqual([2, 4, 6]);
  expect(calls).toEqual([[1, 2, 3]]);
});

test('data that is refused fails its own caller, not its neighbours', async () => {
  const work = together(async (items: number[]) => {
    if (items.includes(2)) throw dataFault();
    return items;
  }, sharing);
  const results = await Promise.allSettled([1, 2, 3].map(work));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('when the database is away every caller is told so, after one try', async () => {
  let tries = 0;
  const work = together(async (): Promise<number[]> => {
    tries += 1;
    throw new Error('connection terminated');
  }, sharing);
  const results = await Promise.allSettled([1, 2, 3].map(work));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(tries).toBe(1);
});
