import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { memoize, memoizeByObject, ttlCache } from './memoize.ts';

test('returns what the function does, and keeps at least the most recent keys', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9).map(String)), fc.integer({ min: 1, max: 12 }), (asked, limit) => {
      const computed: string[] = [];
      const memo = memoize((key) => {
        computed.push(key);
        return { of: key };
      }, limit);
      for (const [i, key] of asked.entries()) {
        const before = computed.length;
        expect(memo(key)).toEqual({ of: key });
        const lately = distinctBefore(asked, i, limit);
        if (lately.has(key)) expect(computed.length).toBe(before);
      }
    }),
  );
});

test('heavy values evict more', () => {
  let computed = 0;
  const memo = memoize(
    (key) => {
      computed += 1;
      return { weight: key.length };
    },
    10,
    ({ weight }) => weight,
  );
  for (const key of ['aaaaaaaa', 'bbbbbbbb', 'cccccccc', 'aaaaaaaa']) memo(key);
  expect(computed).toBe(4);
});

test('as many results are kept as the limit says, and forgotten beyond twice that', () => {
  const computed: string[] = [];
  const memo = memoize((key) => computed.push(key), 2);
  for (const key of ['a', 'b', 'a', 'b']) memo(key);
  expect(computed).toEqual(['a', 'b']);
  for (const key of ['c', 'd', 'e', 'a']) memo(key);
  expect(computed).toEqual(['a', 'b', 'c', 'd', 'e', 'a']);
});

test('a cached read is good for its time, shared by concurrent callers, and no failure is cached', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  let reads = 0;
  const cached = ttlCache<number>();
  const read = async () => {
    reads += 1;
    if (reads === 1) throw new Error('down');
    return reads;
  };
  await expect(cached('key', 100, read)).rejects.toThrow('down');
  expect(await Promise.all([cached('key', 100, read), cached('key', 100, read)])).toEqual([2, 2]);
  vi.advanceTimersByTime(99);
  expect(await cached('key', 100, read)).toBe(2);
  expect(await cached('other key', 100, read)).toBe(3);
  vi.advanceTimersByTime(1);
  expect(await cached('key', 100, read)).toBe(4);
});

test('a read that fails after its time does not evict the one that replaced it', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const cached = ttlCache<number>();
  const slow = Promise.withResolvers<number>();
  const first = cached('key', 100, () => slow.promise);
  vi.advanceTimersByTime(100);
  expect(await cached('key', 100, async () => 1)).toBe(1);
  slow.reject(new Error('timed out'));
  await expect(first).rejects.toThrow('timed out');
  expect(await cached('key', 100, async () => 2)).toBe(1);
});

/** The keys asked for last before a call, `limit` distinct ones at most. */
function distinctBefore(asked: string[], call: number, limit: number): Set<string> {
  const lately = new Set<string>();
  for (let i = call - 1; i >= 0 && lately.size < limit; i -= 1) lately.add(asked[i] ?? '');
  return lately;
}

test('what was computed of an object is kept for that object, not for an equal one, also if it is nothing', () => {
  const compute = vi.fn(({ n }: { n: number }) => (n === 0 ? undefined : n));
  const memoized = memoizeByObject(compute);
  const [one, equal, none] = [{ n: 1 }, { n: 1 }, { n: 0 }];
  expect([one, one, equal, none, none].map(memoized)).toEqual([1, 1, 1, undefined, undefined]);
  expect(compute).toHaveBeenCalledTimes(3);
});
