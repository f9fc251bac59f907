import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HashIndex } from './hash-index.ts';

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
