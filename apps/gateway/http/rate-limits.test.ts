import { connectRedis } from '@learning-loop/queue/backend/redis';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { redisForTest } from '@learning-loop/testing/redis';
import { expect, onTestFinished, test } from 'vitest';
import { createApiKey, formatApiKey } from '../auth/api-key-store.ts';
import { createCaller } from '../testing/callers.ts';
import { gatewayForTest } from '../testing/test-gateway.ts';

type Gateway = Awaited<ReturnType<typeof gatewayForTest>>;

const ask = ({ server }: Gateway, headers: Record<string, string>, user = 'ada') =>
  server.inject({ url: `/v1/users/${user}/persona`, headers });

test.each(['memory', 'Redis'])(
  'a key and a user have so many requests a minute, counted in %s',
  async (where) => {
    const redis = where === 'Redis' ? await redisForTest() : undefined;
    onTestFinished(async () => void (await redis?.stop()));
    const limits = { RATE_LIMIT_PER_KEY: '6', RATE_LIMIT_PER_USER: '3' };
    const env = { DATABASE_URL: await databaseForTest(), REDIS_URL: redis?.url ?? '', ...limits };
    await using gateway = await gatewayForTest(env);
    const headers = await createCaller(gateway.db, 'reader');
    const other = await createCaller(gateway.db, 'reader');
    // Until Redis is connected nobody is counted.
    const warm = await createCaller(gateway.db, 'reader');
    const left = async () => (await ask(gateway, warm, 'warm')).headers['ratelimit-remaining'];
    await expect.poll(left, { timeout: 20_000 }).not.toBe(limits.RATE_LIMIT_PER_USER);

    const first = await ask(gateway, headers);
    expect(first.statusCode).toBe(200);
    expect(first.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '2' });
    expect(Number(first.headers['ratelimit-reset'])).toBeGreaterThan(50);
    await ask(gateway, headers);
    await ask(gateway, headers);
    const refused = await ask(gateway, headers);
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
    expect(refused.json()).toMatchObject({ error: { code: 'too_many_requests' } });

    expect((await ask(gateway, headers, 'bob')).statusCode).toBe(200);
    expect((await ask(gateway, headers, 'eve')).statusCode).toBe(200);
    expect((await ask(gateway, headers, 'joe')).statusCode, 'the key is used up').toBe(429);
    expect((await ask(gateway, other, 'joe')).statusCode, 'another key is not').toBe(200);
  },
);

test('two gateways on one Redis count together', async () => {
  const redis = await redisForTest();
  onTestFinished(() => redis.stop());
  const env = { DATABASE_URL: await databaseForTest(), REDIS_URL: redis.url, RATE_LIMIT_PER_USER: '4' };
  await using one = await gatewayForTest(env);
  await using two = await gatewayForTest(env);
  const headers = await createCaller(one.db, 'reader');
  for (const [index, gateway] of [one, two].entries()) {
    const left = async () => (await ask(gateway, headers, `warm-${index}`)).headers['ratelimit-remaining'];
    await expect.poll(left, { timeout: 20_000 }).not.toBe(env.RATE_LIMIT_PER_USER);
  }
  const answers = [];
  for (const gateway of [one, two, one, two, one, two]) answers.push(await ask(gateway, headers));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 429, 429]);
  expect(answers.slice(0, 4).map(({ headers: { 'ratelimit-remaining': left } }) => left)).toEqual([
    '3',
    '2',
    '1',
    '0',
  ]);
});

test('without its Redis nobody is refused', async () => {
  const redis = await redisForTest();
  const env = { DATABASE_URL: await databaseForTest(), REDIS_URL: redis.url, RATE_LIMIT_PER_KEY: '1' };
  await using gateway = await gatewayForTest(env);
  const headers = await createCaller(gateway.db, 'reader');
  await redis.kill();
  for (let i = 0; i < 5; i += 1) expect((await ask(gateway, headers)).statusCode).toBe(200);
});

test('who needs no key is not limited', async () => {
  await using gateway = await gatewayForTest({ RATE_LIMIT_PER_KEY: '1', RATE_LIMIT_PER_USER: '1' });
  for (let i = 0; i < 5; i += 1) expect((await ask(gateway, {})).statusCode).toBe(200);
});

test('a limit of 0 is none, and the other one stays', async () => {
  const limits = { RATE_LIMIT_PER_KEY: '0', RATE_LIMIT_PER_USER: '2' };
  await using gateway = await gatewayForTest({ DATABASE_URL: await databaseForTest(), ...limits });
  const headers = await createCaller(gateway.db, 'reader');
  const ofOneUser = [];
  for (let i = 0; i < 3; i += 1) ofOneUser.push((await ask(gateway, headers)).statusCode);
  expect(ofOneUser).toEqual([200, 200, 429]);
  for (let i = 0; i < 5; i += 1) expect((await ask(gateway, headers, `user-${i}`)).statusCode).toBe(200);
});

test('without any limit nothing is counted', async () => {
  const limits = { RATE_LIMIT_PER_KEY: '0', RATE_LIMIT_PER_USER: '0' };
  await using gateway = await gatewayForTest({ DATABASE_URL: await databaseForTest(), ...limits });
  const headers = await createCaller(gateway.db, 'reader');
  const { statusCode, headers: answered } = await ask(gateway, headers);
  expect(statusCode).toBe(200);
  expect(answered).not.toHaveProperty('ratelimit-limit');
});

test('the users of one tenant do not use up the limit of a namesake in another', async () => {
  await using gateway = await gatewayForTest({ RATE_LIMIT_PER_USER: '1' });
  const [acme, globex] = [
    await createCaller(gateway.db, 'reader', 'acme'),
    await createCaller(gateway.db, 'reader', 'globex'),
  ];
  const statuses = [];
  for (const headers of [acme, acme, globex]) statuses.push((await ask(gateway, headers)).statusCode);
  expect(statuses).toEqual([200, 429, 200]);
  const twins = [
    ['acme', 'ada'],
    ['acme2', 'ada'],
    ['acm', 'eada'],
  ] as const;
  for (const [tenant, user] of twins.slice(1)) {
    const headers = await createCaller(gateway.db, 'reader', tenant);
    expect((await ask(gateway, headers, user)).statusCode, `${user} of ${tenant}`).toBe(200);
  }
});

test('a user has one limit, whichever key of the tenant asks', async () => {
  await using gateway = await gatewayForTest({ RATE_LIMIT_PER_USER: '1' });
  const statuses = [];
  for (const role of ['reader', 'admin'] as const) {
    const headers = await createCaller(gateway.db, role);
    statuses.push((await ask(gateway, headers)).statusCode);
  }
  expect(statuses).toEqual([200, 429]);
});

test('a user is one user in every route: with the id in the body as with the id in the path', async () => {
  await using gateway = await gatewayForTest({ RATE_LIMIT_PER_USER: '1' });
  const admin = await createCaller(gateway.db, 'admin');
  expect((await ask(gateway, admin)).statusCode).toBe(200);
  const body = { user_id: 'ada', input_text: 'build api' };
  const asked = { method: 'POST', url: '/v1/hypothesize', headers: admin, body } as const;
  expect((await gateway.server.inject(asked)).statusCode).toBe(429);
});

test('who is refused may try again within the minute', async () => {
  await using gateway = await gatewayForTest({ RATE_LIMIT_PER_USER: '1' });
  const headers = await createCaller(gateway.db, 'reader');
  await ask(gateway, headers);
  const refused = await ask(gateway, headers);
  expect(refused.statusCode).toBe(429);
  for (const name of ['retry-after', 'ratelimit-reset']) {
    expect(Number(refused.headers[name]), name).toBeGreaterThan(30);
    expect(Number(refused.headers[name]), name).toBeLessThanOrEqual(60);
  }
});

test('a request that compares long texts counts as many, for its user alone', async () => {
  await using gateway = await gatewayForTest({ RATE_LIMIT_PER_USER: '100' });
  const headers = await createCaller(gateway.db, 'admin');
  const hypothesize = (user_id: string, input_text: string, candidates: string[]) =>
    gateway.server.inject({
      ...{ method: 'POST', url: '/v1/hypothesize', headers, body: { user_id, input_text, candidates } },
    });
  const remaining = async (user: string) =>
    Number((await ask(gateway, headers, user)).headers['ratelimit-remaining']);
  // The first request of a process compiles what all of them use.
  for (const user of ['first', 'ada'])
    await hypothesize(user, 'build an api', ['with a database', 'without one']);
  const long = (n: number) => Array.from({ length: 280 }, (_, i) => `wörd${n}x${i}`).join(' ');
  await hypothesize(
    'bob',
    `${long(0)} ${long(1)}`,
    Array.from({ length: 10 }, (_, n) => long(n + 2).slice(0, 2_000)),
  );
  await expect.poll(() => remaining('bob')).toBeLessThan(96);
  expect(await remaining('ada')).toBe(98);
});

test('wrong keys are limited by address, and valid ones from there are accepted all the same', async () => {
  await using gateway = await gatewayForTest({ RATE_LIMIT_FAILED_KEYS: '3' });
  const valid = await createCaller(gateway.db, 'reader');
  const guess = (remoteAddress: string, authorization = `Bearer ${formatApiKey(createApiKey())}`) =>
    gateway.server.inject({ url: '/v1/session', headers: { authorization }, remoteAddress });
  const statuses = async (addresses: string[]) => {
    const found: number[] = [];
    for (const address of addresses) found.push((await guess(address)).statusCode);
    return found;
  };
  expect(await statuses(Array.from({ length: 5 }, () => '192.0.2.1'))).toEqual([401, 401, 401, 429, 429]);
  expect((await guess('192.0.2.1', 'Basic x')).statusCode, 'no key at all').toBe(429);
  expect((await guess('192.0.2.1', valid.authorization)).statusCode).toBe(200);
  expect((await guess('192.0.2.2')).statusCode, 'another address').toBe(401);
  const net = ['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8::4'];
  expect(await statuses(net), 'one network').toEqual([401, 401, 401, 429]);
  const refused = await guess('192.0.2.1');
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(30);
  expect(refused.json().error.message).toMatch(
    /^The 3 wrong keys a minute from this address are used up; try again in [3-6]\d s\.$/u,
  );
  const without = () => gateway.server.inject({ url: '/v1/session', remoteAddress: '192.0.2.9' });
  for (let i = 0; i < 5; i += 1)
    expect((await without()).statusCode, 'without a key nothing is guessed').toBe(401);
});

test('what is counted in Redis has names that say what it is, and expires', async () => {
  const redis = await redisForTest();
  onTestFinished(() => redis.stop());
  await using gateway = await gatewayForTest({ REDIS_URL: redis.url });
  const headers = await createCaller(gateway.db, 'reader');
  const counted = async () => (await ask(gateway, headers)).headers['ratelimit-remaining'];
  await expect.poll(counted, { timeout: 20_000 }).not.toBe('600');
  await ask(gateway, { authorization: `Bearer ${formatApiKey(createApiKey())}` });
  const client = connectRedis(redis.url, 'blocking', () => undefined);
  onTestFinished(() => client.disconnect());
  const names = await client.keys('*limit*');
  expect(names.map((name) => name.replace(/:[^:]*$/u, '')).sort()).toEqual([
    'learning-loop:limit:failed',
    'learning-loop:limit:key',
    'learning-loop:limit:user',
  ]);
  for (const name of names) expect(await client.pttl(name), name).toBeGreaterThan(0);
});
