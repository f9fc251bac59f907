import { insertKey, listKeys, recordKeyUsage } from '@learning-loop/db/access/api-keys';
import { connectDb, type Db } from '@learning-loop/db/connect';
import { StartError } from '@learning-loop/service/errors';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createCaller } from '../testing/callers.ts';
import { gatewayForTest } from '../testing/test-gateway.ts';
import { createApiKey, createApiKeyStore, formatApiKey } from './api-key-store.ts';
import { requireKeys } from './authenticate.ts';
import { keysCommand } from './keys-cli.ts';

const persona = '/v1/users/ada/persona';
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

async function status(server: FastifyInstance, headers: Record<string, string>): Promise<number> {
  return (await server.inject({ url: persona, headers })).statusCode;
}

async function storedKey(db: Db, changes: { expires_at?: Date } = {}): Promise<string> {
  const { secret_hash, ...key } = createApiKey();
  const rest = { tenant_id: 'default', role: 'reader' as const, name: '', expires_at: null };
  await insertKey(db, { ...rest, ...changes, key_id: key.key_id, secret_hash });
  return formatApiKey(key);
}

function useFakeClock(): void {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
  onTestFinished(() => void vi.useRealTimers());
  // A cache takes the moment 0 for none.
  vi.advanceTimersByTime(1_000);
}

test('open on this machine while there are no keys, and only to its own names', async () => {
  await using gateway = await gatewayForTest();
  const { server } = gateway;
  for (const host of [
    'localhost:80',
    '127.0.0.1:8080',
    '[::1]:8080',
    'gateway:8080',
    'gateway.loop.svc.cluster.local',
  ])
    expect(await status(server, { host })).toBe(200);
  expect(await status(server, { host: 'evil.example.com' })).toBe(403);
});

test('without keys no page but our own and those of this machine may ask, whatever address it has', async () => {
  await using gateway = await gatewayForTest();
  const replay = (headers: Record<string, string>) =>
    gateway.server.inject({ method: 'POST', url: '/v1/dead-letters/replay', headers });
  for (const origin of [
    'https://evil.example.com',
    'http://203.0.113.5',
    'http://203.0.113.5:8080',
    'http://192.168.0.7',
    'http://[2001:db8::5]',
    'http://[::ffff:cb00:7105]',
    'http://3405803781',
    'http://router',
    'http://printer.local',
    'http://127.0.0.1.evil.example.com',
    'http://localhost.evil.example.com',
    'http://evil.localhost',
    'null',
    'file://',
    'nonsense',
    '',
  ]) {
    for (const host of ['localhost', '127.0.0.1:8080', '10.1.2.3:8080', 'gateway'])
      expect((await replay({ host, origin })).statusCode, `${origin} to ${host}`).toBe(403);
  }
  for (const site of ['cross-site', 'same-site'])
    expect(await status(gateway.server, { host: 'localhost', 'sec-fetch-site': site }), site).toBe(403);
  for (const [host, origin] of [
    ['localhost', 'http://localhost:8081'],
    ['127.0.0.1:8080', 'http://[::1]:3000'],
    ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['10.1.2.3:8080', 'http://10.1.2.3:8080'],
    ['gateway:8080', 'http://gateway:8080'],
  ] as const)
    expect((await replay({ host, origin })).statusCode, `${origin} to ${host}`).toBe(202);
  for (const site of ['same-origin', 'none'])
    expect(await status(gateway.server, { host: 'localhost', 'sec-fetch-site': site }), site).toBe(200);
});

test('a key opens, anything else does not', async () => {
  await using gateway = await gatewayForTest();
  const { server, db } = gateway;
  const key = await keysCommand(db, ['create', '--role', 'reader']);
  const other = await storedKey(db);
  const [, id, secret = ''] = key.split(/_(?=[0-9a-z]{16}_)|(?<=^ll_[0-9a-z]{16})_/u);
  expect(id).toMatch(/^[0-9a-z]{16}$/u);
  expect(Buffer.from(secret, 'base64url').length * 8).toBeGreaterThanOrEqual(128);
  expect(await status(server, bearer(key))).toBe(200);
  const wrong = [
    '',
    'Bearer',
    key.slice(0, -1),
    `${key}A`,
    `ll_${id}_${'A'.repeat(43)}`,
    `ll_${id}_${other.slice(20)}`,
    `ll_${'0'.repeat(16)}_${secret}`,
    key.toUpperCase(),
    `'; drop table api_keys; --`,
  ];
  for (const text of wrong) expect(await status(server, bearer(text)), text).toBe(401);
  expect(await status(server, { authorization: `Basic ${key}` })).toBe(401);
  expect(await status(server, {})).toBe(401);
});

test('the database holds no secret', async () => {
  await using gateway = await gatewayForTest();
  const { db } = gateway;
  const key = await keysCommand(db, ['create', '--role', 'admin']);
  const [stored] = await listKeys(db);
  expect(JSON.stringify(stored)).not.toContain(key.slice(20));
  expect(await keysCommand(db, ['list'])).not.toContain(key.slice(20));
});

test('expired and revoked keys open nothing; revoking works within 10 s', async () => {
  useFakeClock();
  await using gateway = await gatewayForTest();
  const { server, db } = gateway;
  const expired = await storedKey(db, { expires_at: new Date(Date.now() - 1) });
  expect(await status(server, bearer(expired))).toBe(401);

  const soon = await storedKey(db, { expires_at: new Date(Date.now() + 60_000) });
  const [old, next] = [await storedKey(db), await storedKey(db)];
  for (const key of [soon, old, next]) expect(await status(server, bearer(key))).toBe(200);
  await keysCommand(db, ['revoke', old.slice(3, 19)]);
  vi.advanceTimersByTime(10_000);
  expect(await status(server, bearer(old))).toBe(401);
  expect(await status(server, bearer(next))).toBe(200);
  vi.advanceTimersByTime(51_000);
  expect(await status(server, bearer(soon))).toBe(401);
});

test('a revoked key opens no gateway after 10 s, and a second live key opens them all', async () => {
  useFakeClock();
  const env = { DATABASE_URL: await databaseForTest() };
  await using one = await gatewayForTest(env);
  await using two = await gatewayForTest(env);
  const [old, next] = [await storedKey(one.db), await storedKey(one.db)];
  const statuses = async (key: string) =>
    await Promise.all([one, two].map(({ server }) => status(server, bearer(key))));
  for (const key of [old, next]) expect(await statuses(key)).toEqual([200, 200]);
  await keysCommand(two.db, ['revoke', old.slice(3, 19)]);
  vi.advanceTimersByTime(10_000);
  expect(await statuses(old)).toEqual([401, 401]);
  expect(await statuses(next)).toEqual([200, 200]);
});

test('a revoked key stops opening, however often it is used meanwhile', async () => {
  useFakeClock();
  await using db = connectDb(await databaseForTest());
  await using keyring = createApiKeyStore(db, pino({ level: 'silent' }));
  const key = await storedKey(db);
  expect(await keyring.authenticate(key)).toBeDefined();
  await keysCommand(db, ['revoke', key.slice(3, 19)]);
  const useEverySecond = () => {
    vi.advanceTimersByTime(1_000);
    return keyring.authenticate(key);
  };
  await expect.poll(useEverySecond, { timeout: 3_000 }).toBeUndefined();
});

test('keys that nobody has push those out that were remembered, so that memory is bounded', async () => {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  await using keyring = createApiKeyStore(db, pino({ level: 'silent' }), 2);
  const key = await storedKey(db);
  expect(await keyring.authenticate(key)).toMatchObject({ role: 'reader' });
  await keysCommand(db, ['revoke', key.slice(3, 19)]);
  expect(await keyring.authenticate(key), 'remembered for 5 s').toMatchObject({ role: 'reader' });
  for (let guess = 0; guess < 2; guess += 1)
    expect(await keyring.authenticate(formatApiKey(createApiKey()))).toBeUndefined();
  expect(await keyring.authenticate(key), 'asked for anew').toBeUndefined();
});

test('when a key is made the open door closes, and revoking it does not open it again', async () => {
  useFakeClock();
  await using gateway = await gatewayForTest();
  const { server, db } = gateway;
  expect(await status(server, {})).toBe(200);
  const key = await storedKey(db);
  vi.advanceTimersByTime(10_000);
  expect(await status(server, {})).toBe(401);
  await keysCommand(db, ['revoke', key]);
  vi.advanceTimersByTime(10_000);
  expect(await status(server, {})).toBe(401);
});

test('last use is noted, in a batch', async () => {
  const databaseUrl = await databaseForTest();
  await using gateway = await gatewayForTest({ DATABASE_URL: databaseUrl });
  const { server, db } = gateway;
  const headers = await createCaller(db, 'reader');
  await Promise.all(Array.from({ length: 20 }, () => status(server, headers)));
  await server.close();
  const later = connectDb(databaseUrl);
  onTestFinished(() => later.destroy());
  const [key] = await listKeys(later);
  expect(key?.last_used_at?.getTime()).toBeGreaterThan(Date.now() - 60_000);
});

test('where others can reach it, it does not start without keys', async () => {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  for (const host of ['127.0.0.1', '127.255.0.9', 'localhost', 'LOCALHOST', '::1', '[::1]'])
    await expect(requireKeys(db, { host, allowNoKeys: false })).resolves.toBeUndefined();
  for (const host of [
    ...[
      '0.0.0.0',
      '::',
      '192.168.1.5',
      'example.com',
      '127.0.0',
      '127.0.0.1.example.com',
      'my-localhost',
      '::1.x',
    ],
    ...['localhost.example.com', '1127.0.0.1'],
  ]) {
    const starting = requireKeys(db, { host, allowNoKeys: false });
    await expect(starting).rejects.toThrow(StartError);
    await expect(starting).rejects.toThrow(
      `HOST is ${host}, which others can reach, and there are no API keys`,
    );
  }
  await expect(requireKeys(db, { host: '0.0.0.0', allowNoKeys: true })).resolves.toBeUndefined();
  await storedKey(db);
  await expect(requireKeys(db, { host: '0.0.0.0', allowNoKeys: false })).resolves.toBeUndefined();
});

test('a key made for 30 days opens for 30 days, not 30 hours, and one made without days for ever', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T12:00:00.000Z') });
  onTestFinished(() => void vi.useRealTimers());
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  await keysCommand(db, ['create', '--role', 'app', '--days', '30']);
  await keysCommand(db, ['create', '--role', 'app', '--days', '0.5']);
  await keysCommand(db, ['create', '--role', 'app']);
  const expiries = (await listKeys(db)).map(({ expires_at }) => expires_at?.toISOString());
  expect(expiries).toEqual(['2026-03-31T12:00:00.000Z', '2026-03-02T00:00:00.000Z', undefined]);
});

test('the list shows the keys of the tenant asked for, and which of them still open', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2030-03-01T12:00:00.000Z') });
  onTestFinished(() => void vi.useRealTimers());
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  const create = (tenant: string, ...more: string[]) =>
    keysCommand(db, ['create', '--role', 'app', '--tenant', tenant, ...more]);
  await create('acme', '--days', '2', '--name', 'short');
  await create('acme', '--days', '30', '--name', 'long');
  await create('acme', '--name', 'forever');
  await create('globex', '--name', 'foreign');
  vi.setSystemTime(new Date('2030-03-04T00:00:00.000Z'));
  const listed = (await keysCommand(db, ['list', '--tenant', 'acme'])).split('\n').slice(1);
  expect(listed.map((line) => line.split(/ {2,}/u).slice(1))).toEqual([
    ['acme', 'app', 'expired 2030-03-03', 'never', 'short'],
    ['acme', 'app', 'live until 2030-03-31', 'never', 'long'],
    ['acme', 'app', 'live', 'never', 'forever'],
  ]);
});

test('the last use of a key does not go back when a gateway reports an earlier one late', async () => {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  const key_id = (await storedKey(db)).slice(3, 19);
  for (const at of ['2026-03-01T10:00:00.000Z', '2026-03-01T09:00:00.000Z'])
    await recordKeyUsage(db, [{ key_id, at: new Date(at) }]);
  const [key] = await listKeys(db);
  expect(key?.last_used_at?.toISOString()).toBe('2026-03-01T10:00:00.000Z');
});

test('the command line says what it wants', async () => {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  const wrong = [
    [],
    ['create'],
    ['create', '--role', 'king'],
    ['create', '--role', 'app', '--tenant', '../x'],
    ['create', '--role', 'app', '--days', '-1'],
    ['create', '--role', 'app', '--days', '0'],
    ['create', '--role', 'app', '--days', '36501'],
    ['create', '--role', 'app', '--days', 'soon'],
    ['revoke', 'nobody'],
    ['--nope'],
  ];
  for (const args of wrong) await expect(keysCommand(db, args), args.join(' ')).rejects.toThrow(StartError);
});

test('a key opens until the moment at which it expires', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'], now: new Date('2026-03-01T12:00:00.000Z') });
  onTestFinished(() => void vi.useRealTimers());
  vi.advanceTimersByTime(1_000);
  await using db = connectDb(await databaseForTest());
  await using keyring = createApiKeyStore(db, pino({ level: 'silent' }));
  const expiring = await storedKey(db, { expires_at: new Date(Date.now() + 3_000) });
  expect(await keyring.hasKeys()).toBe(true);
  vi.advanceTimersByTime(2_999);
  expect(await keyring.authenticate(expiring)).toBeDefined();
  vi.advanceTimersByTime(1);
  expect(await keyring.authenticate(expiring)).toBeUndefined();
});

test.each([
  [4_900, true],
  [5_100, false],
])('%i ms after it was asked for, a key that was revoked meanwhile opens: %s', async (ms, expected) => {
  useFakeClock();
  await using db = connectDb(await databaseForTest());
  await using keyring = createApiKeyStore(db, pino({ level: 'silent' }));
  expect(await keyring.hasKeys()).toBe(false);
  const key = await storedKey(db);
  const caller = { tenant_id: 'default', role: 'reader', key_id: key.slice(3, 19) };
  expect(await keyring.authenticate(key)).toMatchObject(caller);
  await keysCommand(db, ['revoke', key]);
  vi.advanceTimersByTime(ms);
  expect((await keyring.authenticate(key)) !== undefined).toBe(expected);
  expect(await keyring.hasKeys(), 'asked for as long ago').toBe(!expected);
});

test('every ten seconds the last uses are noted, of keys that opened, at the moment of the use', async () => {
  vi.useFakeTimers({
    toFake: ['setInterval', 'clearInterval', 'performance', 'Date'],
    now: new Date('2026-03-01T12:00:00Z'),
  });
  onTestFinished(() => void vi.useRealTimers());
  vi.advanceTimersByTime(1_000);
  await using db = connectDb(await databaseForTest());
  await using keyring = createApiKeyStore(db, pino({ level: 'silent' }));
  const [used, guessed, revoked] = [await storedKey(db), await storedKey(db), await storedKey(db)];
  await keysCommand(db, ['revoke', revoked]);
  const at = new Date();
  await keyring.authenticate(used);
  for (const key of [guessed.replace(/.$/u, (last) => (last === 'A' ? 'B' : 'A')), revoked])
    expect(await keyring.authenticate(key)).toBeUndefined();
  const lastUses = async () =>
    Object.fromEntries((await listKeys(db)).map(({ key_id, last_used_at }) => [key_id, last_used_at]));
  const none = Object.fromEntries([used, guessed, revoked].map((key) => [key.slice(3, 19), null]));
  vi.advanceTimersByTime(9_000 - 1);
  expect(await lastUses()).toEqual(none);
  vi.advanceTimersByTime(1_000);
  await expect.poll(lastUses).toEqual({ ...none, [used.slice(3, 19)]: at });
});

test('while the database is away the uses that were not noted break nothing', async () => {
  const db = connectDb(await databaseForTest());
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const keyring = createApiKeyStore(db, log);
  await keyring.authenticate(await storedKey(db));
  await db.destroy();
  await keyring[Symbol.asyncDispose]();
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['key_uses_not_noted']);
});

test('who is refused is told what the route needs, and what the key may', async () => {
  await using gateway = await gatewayForTest();
  const { server, db } = gateway;
  const app = await createCaller(db, 'app');
  const reader = await createCaller(db, 'reader');
  const ask = async (method: 'GET' | 'POST', url: string, headers: Record<string, string>) => {
    const { statusCode, headers: answered, body } = await server.inject({ method, url, headers });
    return [statusCode, answered['www-authenticate'], JSON.parse(body).error];
  };
  const needed = 'Send a valid API key: Authorization: Bearer ll_…';
  expect(await ask('GET', persona, {})).toEqual([401, 'Bearer', { code: 'key_needed', message: needed }]);
  const forbidden = (message: string) => [403, undefined, { code: 'role_needed', message }];
  expect(await ask('GET', persona, app)).toEqual(
    forbidden('This needs a key with the role reader or admin; yours is app.'),
  );
  expect(await ask('POST', '/v1/hypothesize', reader)).toEqual(
    forbidden('This needs a key with the role app or admin; yours is reader.'),
  );
  expect(await ask('POST', '/v1/dead-letters/replay', reader)).toEqual(
    forbidden('This needs a key with the role admin; yours is reader.'),
  );
  expect((await ask('GET', '/v1/nothing', {}))[0], 'no route needs no key').toBe(404);
  const [, key = ''] = reader.authorization.split(' ');
  for (const authorization of [`bearer ${key}`, `BEARER   ${key}`])
    expect(await status(server, { authorization }), authorization).toBe(200);
  for (const authorization of [`Bearer ${key} x`, `xBearer ${key}`, `Bearer${key}`, `Bearer x${key}`])
    expect(await status(server, { authorization }), authorization).toBe(401);
});

test('the commands take what they need and no more, and say what they did', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2030-03-04T05:06:07.000Z') });
  onTestFinished(() => void vi.useRealTimers());
  await using db = connectDb(await databaseForTest());
  const key = await keysCommand(db, ['create', '--role', 'app', '--days', '36500']);
  expect(key).toMatch(/^ll_[0-9a-f]{16}_[\w-]{43}$/u);
  const id = key.slice(3, 19);
  await recordKeyUsage(db, [{ key_id: id, at: new Date() }]);
  expect(await listKeys(db)).toMatchObject([{ tenant_id: 'default', role: 'app', name: '', key_id: id }]);
  const [first, second] = (await keysCommand(db, ['list'])).split('\n');
  expect(first).toBe('public part       tenant   role  state                  last use          name');
  expect(second).toBe(`${id}  default  app   live until 2130-02-08  2030-03-04T05:06`);
  const usage =
    /^Usage:\n {2}keys create --role app\|reader\|admin \[--tenant default\] \[--name NAME\] \[--days N\]\n/u;
  for (const args of [[], ['create', id], ['list', id], ['revoke'], ['revoke', id, id], ['remove', id]])
    await expect(keysCommand(db, args), args.join(' ')).rejects.toThrow(usage);
  const refused = async (...args: string[]) =>
    keysCommand(db, ['create', ...args]).catch((error: Error) => error.message);
  expect(await refused()).toMatch(/^--role must be one of app, reader, admin\.\nUsage:/u);
  expect(await refused('--role', 'app', '--tenant', 'Ä')).toMatch(/^--tenant .+\.$/u);
  expect(await refused('--role', 'app', '--days', '36500.1')).toBe(
    '--days must be a number above 0, and at most 36500.',
  );
  expect(await refused('--nope')).toMatch(/'--nope'[\s\S]+\nUsage:/u);
  expect(await listKeys(db)).toHaveLength(1);
  expect(await keysCommand(db, ['revoke', id])).toBe(`Revoked ${id}; it opens nothing after 10 s at most.`);
  await expect(keysCommand(db, ['revoke', key])).rejects.toThrow(
    `There is no live key ${id}; "keys list" shows them.`,
  );
  // Of the database's clock, which is not turned.
  const today = new Date((await listKeys(db))[0]?.disabled_at ?? 0).toISOString().slice(0, 10);
  expect((await keysCommand(db, ['list'])).split('\n')[1]).toContain(`  revoked ${today}  `);
});
