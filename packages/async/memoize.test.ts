import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoize } from './memoize.ts';

test('answers as the function does, and remembers at least the last ones asked for', () => {
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

test('heavy answers push out more', () => {
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

/** The keys asked for last before a call, `limit` distinct ones at most. */
function distinctBefore(asked: string[], call: number, limit: number): Set<string> {
  const lately = new Set<string>();
  for (let i = call - 1; i >= 0 && lately.size < limit; i -= 1) lately.add(asked[i] ?? '');
  return lately;
}
