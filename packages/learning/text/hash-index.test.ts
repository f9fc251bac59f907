import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HashFilter, HashIndex } from './hash-index.ts';

test('gives keys their places as a map does, those that fall together included', () => {
  const key = fc.oneof(
    fc.integer(),
    fc.nat(5),
    fc.nat(5).map((n) => n * 65_536),
    fc.constant(0),
  );
  fc.assert(
    fc.property(fc.array(key, { maxLength: 300 }), key, (keys, other) => {
      const places = new HashIndex(1);
      const map = new Map<number, number>();
      for (const one of keys) {
        if (!map.has(one)) map.set(one, map.size);
        expect(places.add(one)).toBe(map.get(one));
      }
      for (const one of [...keys, other]) expect(places.get(one)).toBe(map.get(one) ?? -1);
      expect(places.size).toBe(map.size);
    }),
  );
});

test('a filter holds what was added, and says of most other hashes that they were not', () => {
  const filter = new HashFilter();
  const added = [0, 31, 32, 4_095, -1, 2 ** 31 - 1, -(2 ** 31)];
  for (const hash of added) filter.add(hash);
  expect(added.filter((hash) => !filter.mayHold(hash))).toEqual([]);
  // 4,095, -1 and 2 ** 31 - 1 share a bit, as 0 and -(2 ** 31) do.
  const others = Array.from({ length: 4_096 }, (_, hash) => hash);
  expect(others.filter((hash) => filter.mayHold(hash))).toEqual([0, 31, 32, 4_095]);
});
