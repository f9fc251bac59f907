import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { redisForTest } from '@learning-loop/testing/redis';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test, vi } from 'vitest';
import { PermanentError, RetryLater } from '../errors.ts';
import { eventIds, TestLoop } from '../testing/harness.ts';
import { detectStalls, toAttempt, toRetries } from './consume.ts';

const options = { checkMs: 1_000, stalledMs: 10_000 };

function turnClock(): void {
  if (vi.isFakeTimers()) return;
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
}

function watch(
  state: { inFlight: number; waiting: () => Promise<number> },
  limits: { checkMs?: number; stalledMs?: number } = options,
) {
  turnClock();
  const stalled: number[] = [];
  const progress = detectStalls(
    { inFlight: () => state.inFlight, waiting: state.waiting, onStalled: (ms) => void stalled.push(ms) },
    limits,
  );
  return { progress, stalled };
}

test('work that waits while nothing moves is reported, once', async () => {
  const { stalled } = watch({ inFlight: 0, waiting: async () => 5 });
  await vi.advanceTimersByTimeAsync(9_000);
  expect(stalled).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(stalled).toEqual([10_000]);
});

test('a batch that never ends is reported, though nothing else waits', async () => {
  const { stalled } = watch({ inFlight: 1, waiting: async () => 0 });
  await vi.advanceTimersByTimeAsync(11_000);
  expect(stalled).toHaveLength(1);
});

test('an idle worker, a queue that is down, and slow progress are no stall', async () => {
  const idle = watch({ inFlight: 0, waiting: async () => 0 });
  const down = watch({ inFlight: 0, waiting: () => Promise.reject(new Error('down')) });
  const slow = watch({ inFlight: 3, waiting: async () => 5 });
  for (let passed = 0; passed < 60_000; passed += 5_000) {
    await vi.advanceTimersByTimeAsync(5_000);
    slow.progress.progressed();
  }
  expect([idle.stalled, down.stalled, slow.stalled]).toEqual([[], [], []]);
});

test('nothing is reported after the end', async () => {
  const { progress, stalled } = watch({ inFlight: 1, waiting: async () => 5 });
  progress.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(stalled).toEqual([]);
});

test('a worker is stalled after two minutes, at which it looks every 10 s', async () => {
  let asked = 0;
  const waiting = async () => {
    asked += 1;
    return 1;
  };
  const { stalled } = watch({ inFlight: 0, waiting }, {});
  await vi.advanceTimersByTimeAsync(119_999);
  expect([stalled, asked]).toEqual([[], 11]);
  await vi.advanceTimersByTimeAsync(1);
  expect([stalled, asked]).toEqual([[120_000], 12]);
});

test('the time without work does not count', async () => {
  const state = { inFlight: 0, waiting: async () => 0 };
  const { stalled } = watch(state);
  await vi.advanceTimersByTimeAsync(60_000);
  state.inFlight = 1;
  await vi.advanceTimersByTimeAsync(9_000);
  expect(stalled).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(stalled).toEqual([10_000]);
});

const policy = { attempts: 8, delayMs: 500 };

test.each([
  ['the first of a new job', 8, 0, 1],
  ['the third of a job', 8, 2, 3],
  ['the first of a job with three attempts left', 3, 0, 6],
  ['the last of it', 3, 2, 8],
  ['a job of a version that allowed more', 10, 0, 1],
  ['a job that says nothing', undefined, 0, 8],
])('the attempt is counted over all jobs of an event: %s', (_what, attempts, attemptsMade, expected) => {
  expect(toAttempt({ opts: attempts === undefined ? {} : { attempts }, attemptsMade }, policy)).toBe(
    expected,
  );
});

const ref = { event: 'hypothesis.selected' as const, event_id: 'e' };

test.each([
  ['nothing', undefined, 1, []],
  ['done', { done: true as const }, 1, []],
  ['later, at the first attempt', { laterMs: 70 }, 1, [{ ...ref, retry: { delayMs: 70, attempts: 8 } }]],
  ['later, at the last attempt', { laterMs: 0 }, 8, [{ ...ref, retry: { delayMs: 0, attempts: 1 } }]],
  ['failed, at the first attempt', { failed: 1 }, 1, [{ ...ref, retry: { delayMs: 375, attempts: 7 } }]],
  ['failed, at the third attempt', { failed: 1 }, 3, [{ ...ref, retry: { delayMs: 1_500, attempts: 5 } }]],
  ['failed, at the last attempt', { failed: 1 }, 8, [{ ...ref, retry: { delayMs: 48_000, attempts: 1 } }]],
])('what ended as %s is published again so', (_what, outcome, attempt, expected) => {
  vi.spyOn(Math, 'random').mockReturnValueOnce(0.5);
  onTestFinished(() => void vi.restoreAllMocks());
  expect(toRetries(ref, outcome, attempt, policy)).toEqual(expected);
});

async function openOnRedis(change: object = {}) {
  const [databaseUrl, redis] = [await databaseForTest(), await redisForTest()];
  const loop = await TestLoop.open({ databaseUrl, redisUrl: redis.url, ...change });
  const admin = new Redis(redis.url);
  onTestFinished(async () => {
    admin.disconnect();
    await loop[Symbol.asyncDispose]();
  });
  return { loop, redis, admin };
}

const jobKey = (id: string) => `{learning-loop:memory}:memory:${id}`;

test.each([
  ['Redis', true, undefined, 50],
  ['Redis, with a limit of 3', true, 3, 3],
  ['Redis, with a limit above its own', true, 60, 50],
  ['Postgres', false, undefined, 10],
])('a consumer holds few jobs at a time: on %s', async (_where, onRedis, maxConcurrentJobs, held) => {
  const databaseUrl = await databaseForTest();
  const backend = onRedis ? { redisUrl: (await redisForTest()).url } : {};
  await using loop = await TestLoop.open({ databaseUrl, ...backend, maxConcurrentJobs });
  const go = Promise.withResolvers<void>();
  loop.remember(async (events, context) => {
    await go.promise;
    await loop.effect('memory')(events, context);
  });
  const refs = await loop.accept(55);
  await loop.publisher.publish(
    refs.map((ref) => ({ ...ref, redelivery: 1 })),
    'memory',
  );
  const active = async () =>
    /state="active"\} (\d+)/u.exec(await loop.publisher.prometheusMetrics('memory'))?.[1];
  await expect.poll(active, { interval: 20 }).toBe(String(held));
  go.resolve();
  await loop.settled();
  expect(await loop.effects()).toEqual(eventIds(refs));
});

test('a job whose event failed is tried again as itself, and what it keeps in Redis quotes nobody', async () => {
  const { loop, admin } = await openOnRedis({ retry: { attempts: 3, delayMs: 100_000 } });
  loop.remember(async () => {
    throw new Error('of a secret');
  });
  const [ref] = await loop.acceptAndPublish(1);
  const stored = () => admin.hgetall(jobKey(ref?.event_id ?? ''));
  await expect
    .poll(stored, { interval: 20 })
    .toMatchObject({ failedReason: 'This attempt failed.', atm: '1' });
  expect(JSON.stringify(await stored())).not.toContain('secret');
  expect(await loop.outcomes('retried')).toBe(1);
});

test('events that shared a job are tried again in jobs of their own, the others are done', async () => {
  const { loop, admin } = await openOnRedis({ retry: { attempts: 3, delayMs: 100_000 } });
  const refs = await loop.accept(4);
  const [failing = '', late = '', dead = '', fine = ''] = eventIds(refs);
  loop.remember(async (events, context) => {
    const ids = events.map(({ event_id }) => event_id);
    if (ids.includes(failing)) throw new Error('not this one');
    if (ids.includes(late)) throw new RetryLater(200_000);
    if (ids.includes(dead)) throw new PermanentError('never');
    await loop.effect('memory')(events, context);
  });
  await loop.publish(refs);
  const jobs = async () => {
    const keys = await admin.keys(jobKey('????????-*'));
    const all = await Promise.all(
      keys.map(async (key) => [key.split(':').at(-1), await admin.hgetall(key)] as const),
    );
    return Object.fromEntries(all.map(([id, { opts = '{}' }]) => [id, JSON.parse(opts).attempts]));
  };
  await expect.poll(jobs, { interval: 20 }).toEqual({ [failing]: 2, [late]: 3 });
  const delayed = await admin.zrange('{learning-loop:memory}:memory:delayed', '0', '-1', 'WITHSCORES');
  const dueIn = (id: string) => Number(delayed[delayed.indexOf(id) + 1]) / 4_096 - Date.now();
  expect(dueIn(failing)).toBeLessThan(100_001);
  expect(dueIn(failing)).toBeGreaterThan(40_000);
  expect(dueIn(late)).toBeLessThan(200_001);
  expect(dueIn(late)).toBeGreaterThan(190_000);
  expect(await loop.effects()).toEqual([fine]);
  const others = await admin.keys('{learning-loop:persona}:persona:*-*');
  expect(
    others.map((key) => key.slice(-2)),
    'the first job alone',
  ).toEqual(['+3']);
});

test('a job whose event asks for later waits as itself, and spends no attempt', async () => {
  const { loop, admin } = await openOnRedis();
  loop.remember(async () => {
    throw new RetryLater(200_000);
  });
  const [ref] = await loop.acceptAndPublish(1);
  const id = ref?.event_id ?? '';
  const score = () => admin.zscore('{learning-loop:memory}:memory:delayed', id);
  await expect.poll(score, { interval: 20 }).not.toBeNull();
  expect(Number(await score()) / 4_096 - Date.now()).toBeGreaterThan(190_000);
  expect((await admin.hgetall(jobKey(id)))['atm'] ?? '0').toBe('0');
});

test('at a shutdown a job of several events is handed back as it is', async () => {
  const { loop, admin } = await openOnRedis();
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const consumer = loop.remember(async () => {
    begun.resolve();
    await go.promise;
    throw Object.assign(new Error('the server goes down'), { code: '57P01' });
  });
  const refs = await loop.acceptAndPublish(3);
  await begun.promise;
  const closed = consumer[Symbol.asyncDispose]();
  expect(consumer[Symbol.asyncDispose](), 'twice is once').toBe(closed);
  // The shutdown has begun once the consumer no longer waits for a server.
  go.resolve();
  await closed;
  const [key = ''] = await admin.keys(jobKey('*+2'));
  expect(JSON.parse((await admin.hgetall(key))['data'] ?? '{}').event_ids.toSorted()).toEqual(eventIds(refs));
  loop.remember();
  await loop.settled();
  expect(await loop.effects()).toEqual(eventIds(refs));
  expect(await loop.outcomes('retried')).toBe(0);
});

test('a queue that somebody holds back is said, with what to do, and not undone', async () => {
  const { loop, admin } = await openOnRedis();
  await admin.hset('{learning-loop:memory}:memory:meta', 'paused', '1');
  loop.remember();
  await expect
    .poll(() => loop.logged('queue_held_back'))
    .toMatchObject([
      { level: 40, consumer: 'memory', holds: ['paused'], remedy: 'run "pnpm queues resume" to undo it' },
    ]);
  expect(await admin.hget('{learning-loop:memory}:memory:meta', 'paused')).toBe('1');
});
