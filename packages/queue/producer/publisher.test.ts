import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { redisForTest } from '@learning-loop/testing/redis';
import { Redis } from 'ioredis';
import pino from 'pino';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { connectPublisher } from './publisher.ts';

function open(redisUrl: string | undefined, databaseUrl = 'postgres://unused/db') {
  const lines: { msg: string; level: number; err?: { message: string } }[] = [];
  const registry = new Registry();
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) });
  const publisher = connectPublisher({ redisUrl, databaseUrl }, log, registry);
  onTestFinished(() => publisher[Symbol.asyncDispose]());
  const counted = async () =>
    (await registry.getSingleMetricAsString('learning_loop_published_total'))
      .split('\n')
      .slice(2)
      .map((line) => line.replace(/.*consumer="(.+)",outcome="(.+)"\} (.+)/u, '$1 $2 $3'));
  return { publisher, counted, said: () => lines.map(({ msg }) => msg), lines };
}

const id = (n: number) => `01a00000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const selected = (n: number) => ({ event: 'hypothesis.selected' as const, event_id: id(n) });
const consumers = ['training-log', 'memory', 'persona'] as const;

test('an event goes to the consumers that process it, or to the one that is named', async () => {
  const { url } = await redisForTest();
  const { publisher, counted } = open(url);
  await publisher.publish([selected(1), { event: 'feedback.given', event_id: id(2) }]);
  await publisher.publish([{ event: 'persona.updated', event_id: id(3) }]);
  await publisher.publish([selected(4)], 'memory');
  expect((await counted()).toSorted()).toEqual([
    'memory published 2',
    'persona published 2',
    'training-log published 3',
  ]);
  const jobs = async (consumer: (typeof consumers)[number]) =>
    /state="waiting"\} (\d+)/u.exec(await publisher.prometheusMetrics(consumer))?.[1];
  expect(await Promise.all(consumers.map(jobs))).toEqual(['3', '2', '2']);
  expect(await publisher.hasRoom('memory')).toBe(true);
  expect(await publisher.holds('memory')).toEqual([]);
});

test('calls of the same moment share their jobs', async () => {
  const { url } = await redisForTest();
  const { publisher } = open(url);
  await publisher.publish([selected(0)], 'memory');
  await Promise.all(Array.from({ length: 40 }, (_, n) => publisher.publish([selected(n + 1)], 'memory')));
  expect(await publisher.prometheusMetrics('memory')).toContain('state="waiting"} 3');
});

test('a queue that goes away is said once, refuses at once, counts what it refused, and comes back', async () => {
  const redis = await redisForTest();
  const { publisher, counted, said, lines } = open(redis.url);
  await publisher.publish([selected(1)]);
  await redis.stop();
  await expect.poll(() => publisher.publish([selected(2)]).then(() => '', String)).not.toBe('');
  expect(await publisher.publish([selected(3), selected(4)], 'memory').catch((error: unknown) => error))
    // The first failure opened the circuit; later ones do not ask Redis.
    .toMatchObject({ name: 'CircuitOpenError' });
  expect(said()).toEqual(['queue_away']);
  expect(lines[0]).toMatchObject({ level: 40, err: { message: expect.any(String) } });
  const refused = (await counted()).filter((line) => line.includes('refused'));
  expect(refused.map((line) => line.split(' ')[0])).toEqual(['training-log', 'memory', 'persona']);
  const [ofLog = 0, ofMemory = 0, ofPersona = 0] = refused.map((line) => Number(line.split(' ')[2]));
  expect([ofMemory - ofLog, ofPersona - ofLog]).toEqual([2, 0]);
  await redis.start();
  await expect.poll(() => publisher.publish([selected(5)]).then(() => 'published', String)).toBe('published');
  expect(said()).toEqual(['queue_away', 'queue_back']);
});

test('a queue that was never there leaves the events to the sweeper, after 1.5 s', async () => {
  const { publisher, counted, lines } = open(undefined, `postgres://nobody@127.0.0.1:${await freePort()}/db`);
  const asked = performance.now();
  await expect(publisher.publish([selected(1)], 'memory')).rejects.toThrow('not open yet; the sweeper');
  expect(performance.now() - asked).toBeGreaterThan(1_400);
  expect(await counted()).toEqual(['memory refused 1']);
  expect(lines).toMatchObject([
    { msg: 'queue_away', err: { message: expect.stringContaining('ECONNREFUSED') } },
    { msg: 'queue_away', err: { message: expect.stringContaining('not open yet') } },
  ]);
});

test('a call that begins before the queues are open is published, and needs no sweeper', async () => {
  const { url } = await redisForTest();
  const { publisher, counted, said } = open(url);
  await publisher.publish([selected(1)], 'memory');
  expect([await counted(), said()]).toEqual([['memory published 1'], []]);
});

test('what Redis refuses to the user is said in a sentence', async () => {
  const { url } = await redisForTest();
  await using admin = {
    redis: new Redis(url),
    [Symbol.asyncDispose]: async () => void admin.redis.disconnect(),
  };
  await admin.redis.acl('SETUSER', 'loop', 'on', '>secret', '~*', '&*', '+@all');
  const { publisher, lines } = open(url.replace('redis://', 'redis://loop:secret@'));
  await publisher.publish([selected(1)], 'memory');
  await admin.redis.acl('SETUSER', 'loop', '-evalsha', '-eval');
  await expect(publisher.publish([selected(2)], 'memory')).rejects.toThrow();
  const refused = lines.filter(({ msg }) => msg === 'queue_refused');
  expect(refused).toMatchObject([{ level: 40, err: { message: expect.stringContaining('Redis refuses') } }]);
});
