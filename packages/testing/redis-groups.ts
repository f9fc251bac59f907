import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { expect, inject, vi } from 'vitest';
import { type RedisProcess, startRedis } from './redis-process.ts';

const run = promisify(execFile);

interface RedisGroup extends AsyncDisposable {
  url: string;
  servers: RedisProcess[];
}

const queueServer = { appendonly: 'yes', 'maxmemory-policy': 'noeviction' };

/** A master, two replicas and three sentinels, which replace the master within 2 s of its death. */
export async function sentinelsForTest(): Promise<RedisGroup & { master: RedisProcess }> {
  await using stack = new AsyncDisposableStack();
  const master = stack.use(await startRedis(queueServer));
  const replicas = [0, 1].map(() =>
    startRedis({ ...queueServer, replicaof: `127.0.0.1 ${master.port}`, 'repl-diskless-sync-delay': '0' }),
  );
  for (const replica of await Promise.all(replicas)) stack.use(replica);
  const sentinels = await Promise.all([0, 1, 2].map(() => startSentinel(master.port)));
  for (const sentinel of sentinels) stack.use(sentinel);
  for (const { port } of sentinels)
    await vi.waitFor(async () => expect(await knownTo(port)).toEqual(all), { timeout: 30_000 });
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const group = stack.move();
  return {
    url: `redis+sentinel://${hosts}/loop`,
    master,
    servers: sentinels,
    [Symbol.asyncDispose]: () => group.disposeAsync(),
  };
}

const all = { replicas: 2, sentinels: 2 };

/** What a sentinel has found besides the master and itself; before it has, it cannot replace the master. */
async function knownTo(port: number): Promise<typeof all> {
  const { stdout } = await run('redis-cli', ['-p', String(port), 'SENTINEL', 'MASTER', 'loop']);
  const fields = stdout.split('\n');
  const count = (name: string) => Number(fields[fields.indexOf(name) + 1]);
  return { replicas: count('num-slaves'), sentinels: count('num-other-sentinels') };
}

async function startSentinel(masterPort: number): Promise<RedisProcess> {
  const file = join(await mkdtemp(join(inject('runDirectory'), 'sentinel-')), 'sentinel.conf');
  const lines = [
    `monitor loop 127.0.0.1 ${masterPort} 2`,
    'down-after-milliseconds loop 1000',
    'failover-timeout loop 3000',
  ];
  await writeFile(file, lines.map((line) => `sentinel ${line}\n`).join(''));
  return startRedis({}, { sentinelOf: file });
}

/** Three masters with a replica each, which take the slots of a dead master over within about 3 s. */
export async function clusterForTest(): Promise<RedisGroup> {
  await using stack = new AsyncDisposableStack();
  const servers = await Promise.all(Array.from({ length: 6 }, startNode));
  for (const server of servers) stack.use(server);
  const hosts = servers.map(({ port }) => `127.0.0.1:${port}`);
  await run('redis-cli', ['--cluster', 'create', ...hosts, '--cluster-replicas', '1', '--cluster-yes']);
  const all = stack.move();
  return {
    url: `redis+cluster://${hosts.slice(0, 2).join(',')}`,
    servers,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function startNode(): Promise<RedisProcess> {
  return startRedis({
    ...queueServer,
    'cluster-enabled': 'yes',
    'cluster-port': String(await freePort()),
    'cluster-node-timeout': '1000',
    'repl-diskless-sync-delay': '0',
  });
}
