import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { redisForTest } from '@learning-loop/testing/redis';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { schedule } from '../schedule.ts';
import { describeQueue } from '../testing/conformance.ts';
import { describeErrors } from '../testing/error-conformance.ts';
import { eventIds, TestLoop } from '../testing/harness.ts';

async function configure() {
  const [databaseUrl, { url }] = await Promise.all([databaseForTest(), redisForTest()]);
  return { databaseUrl, redisUrl: url };
}

describeQueue('Redis', configure);
describeErrors('Redis', configure);

async function openWithRedis() {
  const [databaseUrl, redis] = await Promise.all([databaseForTest(), redisForTest()]);
  const loop = await TestLoop.open({ databaseUrl, redisUrl: redis.url });
  return { loop, redis };
}

test.concurrent('BullMQ counts what it finished', { timeout: 40_000 }, async ({ expect }) => {
  const { loop } = await openWithRedis();
  await using _ = loop;
  loop.remember();
  for (let n = 0; n < 3; n += 1) await loop.acceptAndPublish(1);
  await loop.settled();
  loop.sweep();
  const finished = 'bullmq_job_completed_total{queue="memory"} 3';
  await expect.poll(() => loop.metrics.metrics(), { timeout: 20_000 }).toContain(finished);
});

describe('a queue whose Redis fails', { timeout: 60_000, concurrent: true }, () => {
  test('while it is down publishing fails at once, and when it is back everything is processed once', async ({
    expect,
  }) => {
    const { loop, redis } = await openWithRedis();
    await using _ = loop;
    loop.remember();
    loop.sweep();
    const before = await loop.acceptAndPublish(100);
    await loop.settled();
    await redis.stop();
    const during = await loop.accept(300);
    await expect.poll(async () => rejection(loop.publisher.publish(during))).toBeInstanceOf(Error);
    expect(await rejection(loop.publisher.publish(during))).toMatchObject(circuitOpen);
    await redis.start();
    await loop.settled(30_000);
    expect(await loop.effects()).toEqual(eventIds([...before, ...during]));
    expect(loop.logged('queue_away')).toHaveLength(1);
  });

  test('while it hangs publishing fails within its timeout, and then at once', async ({ expect }) => {
    const { loop, redis } = await openWithRedis();
    await using _ = loop;
    await using admin = adminOf(redis.url);
    loop.remember();
    const refs = await loop.accept(20);
    await admin.redis.client('PAUSE', 5_000, 'ALL');
    const asked = performance.now();
    expect(await rejection(loop.publisher.publish(refs))).toBeInstanceOf(Error);
    expect(performance.now() - asked).toBeLessThan(4_000);
    expect(await rejection(loop.publisher.publish(refs))).toMatchObject(circuitOpen);
    loop.sweep();
    await loop.settled();
    expect(await loop.effects()).toEqual(eventIds(refs));
  });

  test('when it comes back empty the sweeper brings every event back', async ({ expect }) => {
    const { loop, redis } = await openWithRedis();
    await using _ = loop;
    const refs = await loop.acceptAndPublish(300);
    await redis.flush();
    loop.remember();
    loop.sweep();
    await loop.settled(30_000);
    expect(await loop.effects()).toEqual(eventIds(refs));
  });

  test('killed and started again without its data in the middle of the work, nothing is lost or doubled', async ({
    expect,
  }) => {
    const { loop, redis } = await openWithRedis();
    await using _ = loop;
    loop.remember();
    loop.remember();
    loop.sweep();
    const refs = await loop.acceptAndPublish(2_000);
    await redis.kill();
    await redis.start();
    await redis.flush();
    await loop.settled(40_000);
    expect(await loop.effects()).toEqual(eventIds(refs));
  });

  test('a schedule is restored when it comes back empty', async ({ expect }) => {
    const { loop, redis } = await openWithRedis();
    await using _ = loop;
    let runs = 0;
    const run = async () => {
      runs += 1;
    };
    await using __ = schedule({ log: loop.log }, 'trainer', '* * * * * *', run, loop.config);
    await expect.poll(() => runs, { timeout: 15_000 }).toBeGreaterThan(0);
    await redis.kill();
    await redis.start();
    await redis.flush();
    const before = runs;
    await expect.poll(() => runs, { timeout: 15_000 }).toBeGreaterThan(before + 1);
  });

  test('a consumer is disposed of in time though Redis is dead', async ({ expect }) => {
    const { loop, redis } = await openWithRedis();
    const consumer = loop.remember();
    await loop.acceptAndPublish(10);
    await loop.settled();
    await redis.stop();
    const asked = performance.now();
    await consumer[Symbol.asyncDispose]();
    expect(performance.now() - asked).toBeLessThan(5_000);
    await loop[Symbol.asyncDispose]();
  });

  test('a consumer that starts before Redis starts working once Redis is up', async ({ expect }) => {
    const { loop, redis } = await openWithRedis();
    await using _ = loop;
    await redis.stop();
    loop.remember();
    loop.sweep();
    const refs = await loop.accept(50);
    await redis.start();
    await loop.settled(30_000);
    expect(await loop.effects()).toEqual(eventIds(refs));
  });

  test('nothing is published while its memory is nearly full; the outbox holds it', async ({ expect }) => {
    const { loop, redis } = await openWithRedis();
    await using _ = loop;
    await using admin = adminOf(redis.url);
    await admin.redis.config('SET', 'maxmemory', '1mb');
    await expect.poll(() => loop.publisher.hasRoom('memory'), { timeout: 5_000 }).toBe(false);
    const refs = await loop.acceptAndPublish(10);
    expect(await loop.publisher.waiting('memory')).toBe(0);
    await admin.redis.config('SET', 'maxmemory', '0');
    loop.remember();
    loop.sweep();
    await loop.settled();
    expect(await loop.effects()).toEqual(eventIds(refs));
  });

  test('nothing of the event but its name and id is in Redis, even after a failure', async ({ expect }) => {
    const { loop, redis } = await openWithRedis();
    await using _ = loop;
    await using admin = adminOf(redis.url);
    const held = Promise.withResolvers<void>();
    const seen: string[] = [];
    loop.remember(async () => {
      if (seen.length > 0) return;
      const keys = await admin.redis.keys('{learning-loop:memory}:memory:????????-*');
      for (const key of keys.filter((one) => !one.endsWith(':lock')))
        seen.push(JSON.stringify(await admin.redis.hgetall(key)));
      held.resolve();
      throw new Error('mona wants to build api');
    });
    await loop.acceptAndPublish(3);
    await held.promise;
    await loop.settled();
    expect(seen.length).toBeGreaterThan(0);
    const dump = (await admin.redis.keys('*')).join() + seen.join();
    expect(dump).not.toMatch(/mona|build api/);
  });
});

/** Rejected by the circuit breaker, without waiting for Redis. */
const circuitOpen = { name: 'CircuitOpenError', cause: expect.any(Error) };

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

function adminOf(url: string) {
  const redis = new Redis(url);
  return {
    redis,
    async [Symbol.asyncDispose]() {
      redis.disconnect();
    },
  };
}
