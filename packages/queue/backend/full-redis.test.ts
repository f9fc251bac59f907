import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { redisForTest } from '@learning-loop/testing/redis';
import { Redis } from 'ioredis';
import pino from 'pino';
import { Registry } from 'prom-client';
import { describe, test } from 'vitest';
import { PermanentError, RetryLater } from '../errors.ts';
import { connectPublisher } from '../producer/publisher.ts';
import { eventIds, TestLoop } from '../testing/harness.ts';

const limitMb = 24;

/** A queue in a small Redis that others use as well. */
async function openSmallRedis() {
  const [databaseUrl, server] = await Promise.all([databaseForTest(), redisForTest()]);
  const redis = new Redis(server.url);
  await redis.config('SET', 'maxmemory', `${limitMb}mb`);
  const loop = await TestLoop.open({ databaseUrl, redisUrl: server.url });
  return {
    loop,
    redis,
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      redis.disconnect();
    },
  };
}

/** Foreign keys of 100 kB, up to this share of the memory. */
async function fillTo(redis: Redis, share: number): Promise<void> {
  for (let key = 0; (await usedShare(redis)) < share; key += 1)
    await redis.set(`somebody else's ${key}`, 'x'.repeat(100_000));
}

async function usedShare(redis: Redis): Promise<number> {
  const used = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
  return used / (limitMb * 1024 * 1024);
}

/** Until every write is refused. */
async function fillUp(redis: Redis): Promise<void> {
  const fill = async () => {
    for (let key = 0; ; key += 1) await redis.set(`more of somebody else's ${key}`, 'x'.repeat(100_000));
  };
  await fill().catch(() => undefined);
}

const untilFull = (loop: TestLoop) => ({
  now: () => loop.publisher.full().then((full) => full !== undefined),
});

describe('a Redis full of somebody else’s keys', { timeout: 60_000, concurrent: true }, () => {
  test.for([
    ['above 80 % of its memory', (redis: Redis) => fillTo(redis, 0.82)],
    ['that refuses every write', fillUp],
  ] as const)(
    '%s: everything accepted is learned without the queue, said why and since when, and with it again once there is room',
    async ([, fill], { expect }) => {
      await using open = await openSmallRedis();
      const { loop, redis } = open;
      loop.remember();
      // Replicas share the work.
      loop.remember();
      loop.sweep();
      const before = await loop.acceptAndPublish(40);
      await loop.settled();
      const filled = new Date();
      await fill(redis);
      await expect.poll(untilFull(loop).now, { timeout: 5_000 }).toBe(true);
      const full = await loop.publisher.full();
      expect(full?.reason).toMatch(
        /^Redis uses (8\d|9\d|100|101) % of its maxmemory, .*; raise maxmemory, /u,
      );
      expect(full?.since.getTime()).toBeGreaterThanOrEqual(filled.getTime());
      const during = await loop.acceptAndPublish(1_200);
      await loop.settled(30_000);
      expect(await loop.effects()).toEqual(eventIds([...before, ...during]));
      expect(loop.logged('queue_full')).toMatchObject([{ level: 40, reason: full?.reason }]);
      expect(await metric(loop, 'learning_loop_queue_full_since_seconds')).toBe(
        (full?.since.getTime() ?? 0) / 1000,
      );
      expect(await metric(loop, 'learning_loop_polled_total')).toBeGreaterThanOrEqual(1_200);
      await redis.flushall();
      await expect.poll(untilFull(loop).now, { timeout: 5_000 }).toBe(false);
      expect(loop.logged('queue_has_room')).toHaveLength(1);
      expect(await metric(loop, 'learning_loop_queue_full_since_seconds')).toBe(0);
      const polled = await metric(loop, 'learning_loop_polled_total');
      const after = await loop.acceptAndPublish(40);
      await loop.settled();
      expect(await loop.effects()).toEqual(eventIds([...before, ...during, ...after]));
      expect(await metric(loop, 'learning_loop_polled_total')).toBe(polled);
      expect(loop.failures).toEqual([]);
    },
  );

  test('what fails is retried, put off or becomes a dead letter as with the queue, and holds up nobody', async ({
    expect,
  }) => {
    await using open = await openSmallRedis();
    const { loop, redis } = open;
    await fillTo(redis, 0.82);
    await expect.poll(untilFull(loop).now, { timeout: 5_000 }).toBe(true);
    const refs = await loop.accept(30);
    const [poison = '', permanent = '', later = ''] = eventIds(refs);
    const tries = new Map<string, number>();
    loop.remember(async (events, context) => {
      for (const { event_id } of events) tries.set(event_id, (tries.get(event_id) ?? 0) + 1);
      const ids = events.map(({ event_id }) => event_id);
      if (ids.includes(poison)) throw new Error('poison');
      if (ids.includes(permanent)) throw new PermanentError('never');
      if (ids.includes(later) && (tries.get(later) ?? 0) < 8) throw new RetryLater(50);
      await loop.effect('memory')(events, context);
    });
    await loop.settled();
    expect(await loop.effects()).toEqual(eventIds(refs).slice(2));
    const attempts = loop
      .logged('event_dead_lettered')
      .map(({ event_id, attempts: made }) => [event_id, made]);
    expect(attempts.toSorted()).toEqual(
      [
        [poison, 3],
        [permanent, 1],
      ].toSorted(),
    );
  });
});

describe('a Redis that evicts', { timeout: 30_000, concurrent: true }, () => {
  test.for([
    [
      'allkeys-lru',
      /^Redis may evict the queues .*\(maxmemory-policy allkeys-lru\); set .* to noeviction, /u,
    ],
    ['volatile-ttl', /^Redis may evict the locks of jobs .*\(maxmemory-policy volatile-ttl\); set /u],
  ] as const)('%s is named at the start, once, with what to do', async ([policy, sentence], { expect }) => {
    const [databaseUrl, server] = await Promise.all([databaseForTest(), redisForTest()]);
    const redis = new Redis(server.url);
    await redis.config('SET', 'maxmemory-policy', policy);
    redis.disconnect();
    const lines: { msg: string }[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(JSON.parse(line)) });
    await using publisher = connectPublisher({ databaseUrl, redisUrl: server.url }, log, new Registry());
    const said = { msg: 'queue_evicts', level: 40, policy, reason: expect.stringMatching(sentence) };
    await expect.poll(() => lines).toMatchObject([said]);
    await expect.poll(() => publisher.hasRoom('memory').catch(() => false)).toBe(true);
    expect(lines).toHaveLength(1);
  });

  test('one that does not is not complained of', async ({ expect }) => {
    await using open = await openSmallRedis();
    await open.loop.publisher.full();
    expect(open.loop.logged('queue_evicts')).toEqual([]);
  });
});

async function metric(loop: TestLoop, name: string): Promise<number | undefined> {
  const values = (await loop.metrics.getSingleMetric(name)?.get())?.values ?? [];
  return values.reduce((sum, { value }) => sum + value, 0);
}
