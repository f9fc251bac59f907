import { expect, test } from 'vitest';
import { deterministicId, minUuidAt, newId, userKey, userKeysJson, uuidTimestamp } from './ids.ts';

test('new ids are of version 7, and sort by their time', () => {
  const [first, second] = [newId(), newId()];
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(second > first).toBe(true);
});

test('the id of a text stays the same across releases, since rows in databases have it', () => {
  expect(deterministicId('default ada')).toBe('555721d1-9627-5b27-9122-143b9247f738');
  expect(deterministicId('default bob')).not.toBe(deterministicId('default ada'));
});

test('the least id of a millisecond has it in its first 48 bits', () => {
  expect(minUuidAt(new Date('2026-01-01T00:00:00.123Z'))).toBe('019b76da-a87b-7000-8000-000000000000');
  expect(minUuidAt(new Date(5))).toBe('00000000-0005-7000-8000-000000000000');
  expect(minUuidAt(new Date(-1))).toBe('00000000-0000-7000-8000-000000000000');
});

test('an id tells its time to the millisecond', () => {
  expect(uuidTimestamp('019b76da-a87b-7abc-8def-0123456789ab').toISOString()).toBe(
    '2026-01-01T00:00:00.123Z',
  );
});

test('no two pairs of tenant and user have one key', () => {
  expect(userKey({ tenant_id: 'acme', user_id: 'ada' })).toBe('["acme","ada"]');
  expect(userKey({ tenant_id: 'a","b', user_id: 'c' })).not.toBe(
    userKey({ tenant_id: 'a', user_id: 'b","c' }),
  );
});

test('the keys of users hold nothing else of them', () => {
  const user = { tenant_id: 'acme', user_id: 'ada', goal: 'secret' };
  expect(userKeysJson([user])).toBe('[{"tenant_id":"acme","user_id":"ada"}]');
});
