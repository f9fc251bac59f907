import { expect, test } from 'vitest';
import { createFairQueue, QueueFullError } from './fair-queue.ts';

/** Work that ends when it is told to, and the order in which it began. */
function stage(concurrency: number, maxWaiting = 10) {
  const queue = createFairQueue({ concurrency, maxWaiting });
  const begun: string[] = [];
  const open: (() => void)[] = [];
  const add = (group: string, name: string) =>
    queue.run(group, () => {
      begun.push(name);
      const { promise, resolve } = Promise.withResolvers<string>();
      open.push(() => resolve(name));
      return promise;
    });
  const endNext = async () => {
    open.shift()?.();
    await new Promise(setImmediate);
  };
  return { queue, begun, add, endNext };
}

test('groups take turns, however much one of them has to do', async () => {
  const { begun, add, endNext } = stage(1);
  const all = [
    add('a', 'a1'),
    add('a', 'a2'),
    add('a', 'a3'),
    add('b', 'b1'),
    add('c', 'c1'),
    add('b', 'b2'),
  ];
  for (let i = 0; i < 6; i += 1) await endNext();
  expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
  expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'b1', 'c1', 'b2']);
});

test('only so many run at a time, and what fails makes room as well', async () => {
  const { queue, begun, add, endNext } = stage(2);
  const failed = queue.run('a', () => Promise.reject(new Error('no')));
  await expect(failed).rejects.toThrow('no');
  void add('a', 'a1');
  void add('a', 'a2');
  void add('a', 'a3');
  await new Promise(setImmediate);
  expect(begun).toEqual(['a1', 'a2']);
  await endNext();
  expect(begun).toEqual(['a1', 'a2', 'a3']);
});

test('a group that has too much waiting is refused, and others are not', async () => {
  const { queue, begun, add, endNext } = stage(1, 2);
  for (const name of ['a1', 'a2', 'a3']) void add('a', name);
  expect(queue.isFull('a')).toBe(true);
  await expect(add('a', 'a4')).rejects.toThrow(QueueFullError);
  expect(queue.isFull('b')).toBe(false);
  void add('b', 'b1');
  for (let i = 0; i < 4; i += 1) await endNext();
  expect(begun).toEqual(['a1', 'a2', 'b1', 'a3']);
  expect(queue.isFull('a')).toBe(false);
});

test('work that throws at once does not stop the queue', async () => {
  const { queue, add, begun } = stage(1);
  await expect(
    queue.run('a', () => {
      throw new Error('at once');
    }),
  ).rejects.toThrow('at once');
  void add('a', 'a1');
  await new Promise(setImmediate);
  expect(begun).toEqual(['a1']);
});
