import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IdSet, RecordCounter } from './id-set.ts';

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
  const ids = Array.from({ length: 20_000 }, (_, i) => `id-${i}`);
  expect(ids.filter((id) => !set.add(id))).toEqual([]);
  expect(ids.filter((id) => set.add(Buffer.from(id)))).toEqual([]);
  expect(set.size).toBe(20_000);
  expect(set.has('id-20000')).toBe(false);
});

const line = (event_id: string, tenant_id = 't') =>
  Buffer.from(JSON.stringify({ event_id, tenant_id, text: '"}' }));

it('counts each record once, by tenant, and knows the last of them, up to twice as many as a generation', () => {
  const counter = new RecordCounter(3);
  const add = (...ids: string[]) => {
    for (const id of ids) counter.add(line(id));
    return counter.count('t');
  };
  expect(add('1', '2', '1')).toBe(2);
  expect(add('3', '1', '2', '3'), 'a generation is full').toBe(3);
  expect(add('4', '5', '1'), 'and is still known').toBe(5);
  expect(add('6', '4', '5', '6'), 'so is the next').toBe(6);
  expect(add('1'), 'the first is forgotten').toBe(7);
});

it('reads the id and the tenant of a line, whatever its texts hold, and no line that is torn', () => {
  const counter = new RecordCounter();
  counter.add(line('a', 'acme'));
  counter.add(line('a', 'acme2'));
  counter.add(line('b', 'acme2'));
  counter.add(Buffer.from('{"event_id":"c"}'));
  for (const torn of ['', '{}', '{"event_id":"d","tenant_id":"acme"', '"event_id":"e","tenant_id":"acme"}'])
    counter.add(Buffer.from(torn));
  counter.add(Buffer.from('{"tenant_id":"acme","event_id":"f"}'));
  expect(['acme', 'acme2', '', 'd'].map((tenant) => counter.count(tenant))).toEqual([2, 1, 1, 0]);
});
