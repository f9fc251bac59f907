import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type RedisForTest, redisForTest } from './redis.ts';

const servers: RedisForTest[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

it('keeps what was written over a stop and over kill -9, on the same port', async () => {
  const redis = await begin();
  expect(await ask(redis, 'SET name ada')).toBe('+OK');
  await redis.stop();
  await expect(ask(redis, 'GET name')).rejects.toThrow('ECONNREFUSED');
  await redis.start();
  expect(await ask(redis, 'GET name')).toContain('ada');
  await redis.kill();
  await redis.start();
  expect(await ask(redis, 'GET name')).toContain('ada');
});

it('comes back empty after flush', async () => {
  const redis = await begin();
  await ask(redis, 'SET name ada');
  await redis.flush();
  expect(await ask(redis, 'EXISTS name')).toBe(':0');
});

async function begin(): Promise<RedisForTest> {
  const redis = await redisForTest();
  servers.push(redis);
  return redis;
}

async function ask(redis: RedisForTest, command: string): Promise<string> {
  const socket = connect(Number(new URL(redis.url).port), '127.0.0.1');
  socket.write(`${command}\r\n`);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer).trim();
}
