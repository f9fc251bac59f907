import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { expect, test } from 'vitest';
import { connectDb } from '../connect.ts';
import { disableKey, findKeys, hasAnyKey, insertKey, listKeys, recordKeyUsage } from './api-keys.ts';

const key = (key_id: string, tenant_id: string) => ({
  ...{
    tenant_id,
    key_id,
    role: 'app' as const,
    name: key_id,
    secret_hash: Buffer.alloc(32, key_id),
    expires_at: null,
  },
});

test('keys are found by their ids, listed by tenant and age, and disabled once, each by itself', async () => {
  await using db = connectDb(await databaseForTest());
  expect(await hasAnyKey(db)).toBe(false);
  for (const one of [key('c', 'acme2'), key('b', 'acme'), key('a', 'acme')]) await insertKey(db, one);
  const found = await findKeys(db, ['a', 'unknown', 'c', 'a']);
  expect(found.map((one) => one?.key_id)).toEqual(['a', undefined, 'c', 'a']);
  expect(found[2]).toMatchObject({ ...key('c', 'acme2'), disabled_at: null, last_used_at: null });
  const ids = async (tenant?: string) => (await listKeys(db, tenant)).map(({ key_id }) => key_id);
  expect(await ids()).toEqual(['b', 'a', 'c']);
  expect(await ids('acme')).toEqual(['b', 'a']);
  expect(await ids('')).toEqual([]);
  expect(await disableKey(db, 'a')).toBe(true);
  const [{ disabled_at } = { disabled_at: null }] = await findKeys(db, ['a']).then((keys) =>
    keys.flatMap((one) => one ?? []),
  );
  expect(Math.abs((disabled_at?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
  expect(await disableKey(db, 'a')).toBe(false);
  expect(await disableKey(db, 'unknown')).toBe(false);
  expect((await findKeys(db, ['a', 'b'])).map((one) => one?.disabled_at)).toEqual([disabled_at, null]);
});

test('revoked keys count among all keys, and the use of one is not that of another', async () => {
  await using db = connectDb(await databaseForTest());
  for (const one of [key('a', 'acme'), key('b', 'acme')]) await insertKey(db, one);
  for (const id of ['a', 'b']) await disableKey(db, id);
  expect(await hasAnyKey(db)).toBe(true);
  const [at, later] = [new Date('2026-03-01T10:00:00.000Z'), new Date('2026-03-02T10:00:00.000Z')];
  await recordKeyUsage(db, [{ key_id: 'a', at: later }]);
  await recordKeyUsage(db, [
    { key_id: 'a', at },
    { key_id: 'unknown', at },
  ]);
  expect((await findKeys(db, ['a', 'b'])).map((one) => one?.last_used_at)).toEqual([later, null]);
});
