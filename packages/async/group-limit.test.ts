import { expect, test } from 'vitest';
import { createGroupLimit, createGroupQueue } from './group-limit.ts';

test('a group has its places, all groups together theirs, and what is given back is free', () => {
  const limit = createGroupLimit({ all: 3, perGroup: 2 });
  const [first, second] = [limit.enter('a'), limit.enter('a')];
  expect([first, second].every((leave) => leave !== undefined)).toBe(true);
  expect(limit.enter('a')).toBeUndefined();
  expect(limit.enter('b')).toBeDefined();
  expect(limit.enter('c')).toBeUndefined();
  first?.();
  expect(limit.enter('c')).toBeDefined();
  expect(limit.enter('a')).toBeUndefined();
});

test('a group runs its share at once, the rest of it in order, and another group at once', async () => {
  const run = createGroupQueue(1);
  const log: string[] = [];
  const release = Promise.withResolvers<void>();
  const begin = (name: string) => async () => void log.push(name);
  const held = run('a', () => release.promise);
  const failing = run('a', () => Promise.reject(new Error('no')));
  const last = run('a', begin('a2'));
  await run('b', begin('b'));
  expect(log).toEqual(['b']);
  release.resolve();
  await held;
  await expect(failing).rejects.toThrow('no');
  await last;
  expect(log).toEqual(['b', 'a2']);
  await run('a', begin('a3'));
  expect(log).toEqual(['b', 'a2', 'a3']);
});
