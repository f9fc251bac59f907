import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IdSet } from './id-set.ts';

it('behaves like a set of strings', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 3_000 }), (ids) => {
      const [set, model] = [new IdSet(), new Set<string>()];
      for (const id of ids) {
        expect(set.has(id)).toBe(model.has(id));
        expect(set.add(id)).toBe(!model.has(id));
        model.add(id);
      }
      expect(set.size).toBe(model.size);
    }),
  );
});

it('holds many ids through its growth', () => {
  const set = new IdSet();
  const ids = Array.from({ length: 100_000 }, (_, i) => `id-${i}`);
  expect(ids.filter((id) => !set.add(id))).toEqual([]);
  expect(ids.filter((id) => set.add(Buffer.from(id)))).toEqual([]);
  expect(set.size).toBe(100_000);
  expect(set.has('id-100000')).toBe(false);
});
