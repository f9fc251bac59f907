import { askRedis } from '@learning-loop/testing/ask-redis';
import { redisForTest } from '@learning-loop/testing/redis';
import { expect, test } from 'vitest';
import { createCaller } from '../testing/callers.ts';
import { gatewayForTest } from '../testing/test-gateway.ts';

test('tells the public that the queue lacks room, and readers why and since when', async () => {
  const { url, directory } = await redisForTest();
  await using gateway = await gatewayForTest({ REDIS_URL: url });
  await createCaller(gateway.db, 'admin');
  const reader = await createCaller(gateway.db, 'reader', 'globex');
  const ready = async (headers = {}) => {
    const { statusCode, ...response } = await gateway.server.inject({ url: '/readyz', headers });
    return { statusCode, ...response.json() };
  };
  await expect
    .poll(() => ready(), { timeout: 10_000 })
    .toEqual({ statusCode: 200, status: 'ready', missing: [] });
  const began = Date.now();
  await askRedis(directory, 'CONFIG SET maxmemory 1mb');
  const full = { statusCode: 200, status: 'degraded', missing: ['room in the queue'] };
  await expect.poll(() => ready(), { timeout: 10_000 }).toEqual(full);
  const told = await ready(reader);
  expect(told).toMatchObject({
    ...full,
    queue_full: { reason: expect.stringMatching(/^Redis uses \d+ % of/u) },
  });
  expect(Date.parse(told.queue_full.since)).toBeGreaterThanOrEqual(began);
  await askRedis(directory, 'CONFIG SET maxmemory 0');
  await expect
    .poll(() => ready(), { timeout: 10_000 })
    .toEqual({ statusCode: 200, status: 'ready', missing: [] });
});
