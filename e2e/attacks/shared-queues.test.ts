import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { redisForTest } from '@learning-loop/testing/redis';
import { expect, onTestFinished, test } from 'vitest';
import { appsForTest, askRaw } from './apps.ts';

const queues = path.join(import.meta.dirname, '../../apps/trainer/queues.ts');

async function signIn(console: string, { authorization }: { authorization: string }): Promise<string> {
  const body = JSON.stringify({ key: authorization.replace('Bearer ', '') });
  const headers = { 'content-type': 'application/json' };
  const answer = await askRaw(console, '/api/session', { method: 'POST', headers, body });
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}

test('only the operator pauses or throttles the queues of all tenants; a worker says so, and one command undoes it', {
  timeout: 120_000,
}, async () => {
  const redis = await redisForTest();
  onTestFinished(() => redis.stop());
  const logs = await appsForTest({ REDIS_URL: redis.url });
  const gateway = await logs.start('gateway');
  const [tenant, operator] = [
    await logs.createKey('admin', 'acme'),
    await logs.createKey('admin', 'operations'),
  ];
  const console = await logs.start('console', { GATEWAY_URL: gateway, OPERATOR_TENANT: 'operations' });
  const change = (cookie: string, target: string, body?: string) =>
    askRaw(console, target, {
      ...{ method: 'PUT', headers: { cookie, ...(body && { 'content-type': 'application/json' }) } },
      ...(body === undefined ? {} : { body }),
    });
  const [theirs, ours] = [await signIn(console, tenant), await signIn(console, operator)];
  for (const board of ['bull-board', 'bull-board-admin']) {
    expect((await askRaw(console, `/${board}/api/queues`, { headers: { cookie: theirs } })).status).toBe(403);
    expect((await change(theirs, `/${board}/api/queues/memory/pause`)).status).toBe(403);
    expect(
      (await change(theirs, `/${board}/api/queues/memory/concurrency`, '{"concurrency":1}')).status,
    ).toBe(403);
  }
  expect((await change(ours, '/bull-board-admin/api/queues/memory/pause')).status).toBe(200);

  const environment = { ...process.env, DATABASE_URL: logs.databaseUrl, REDIS_URL: redis.url };
  const run = async (command: string) =>
    (
      await promisify(execFile)(process.execPath, [queues, command], {
        env: environment,
        cwd: logs.directory,
      })
    ).stdout;
  expect(await run('list')).toContain('memory is held back: paused\n');
  await logs.start('memory-worker', { LOG_DIR: logs.directory });
  const log = () => readFile(path.join(logs.directory, 'app.log'), 'utf8');
  await expect.poll(log, { timeout: 30_000 }).toMatch(/"holds":\["paused"\].*"queue_held_back"/u);
  expect(await run('resume')).toContain('memory was held back: paused\n');
  expect(await run('list')).toContain('memory runs\n');
});
