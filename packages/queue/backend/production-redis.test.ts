import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { consumers } from '@learning-loop/events/routes';
import { certificateForTest } from '@learning-loop/testing/certificate';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { clusterForTest, sentinelsForTest } from '@learning-loop/testing/redis-groups';
import { startRedis } from '@learning-loop/testing/redis-process';
import { Cluster } from 'ioredis';
import { describe, test } from 'vitest';
import { eventIds, TestLoop } from '../testing/harness.ts';
import { connectRedis } from './redis.ts';

const open = async (redisUrl: string) => TestLoop.open({ databaseUrl: await databaseForTest(), redisUrl });

describe('Redis as production runs it', { timeout: 120_000, concurrent: true }, () => {
  test('sentinels replace a master that is killed in the middle of the work: nothing is lost or doubled', async ({
    expect,
  }) => {
    await using redis = await sentinelsForTest();
    await using loop = await open(redis.url);
    loop.remember();
    loop.sweep();
    const before = await loop.acceptAndPublish(300);
    await redis.master.kill();
    const during = await loop.accept(300);
    await loop.settled(60_000);
    expect(await loop.effects()).toEqual(eventIds([...before, ...during]));
    // The new master takes what is published, and not only what is swept.
    await expect
      .poll(async () => loop.publisher.waiting('memory').catch(String), { timeout: 30_000 })
      .toBe(0);
  });

  test('a cluster spreads the queues, and loses a master in the middle of the work without loss', async ({
    expect,
    onTestFinished,
  }) => {
    await using redis = await clusterForTest();
    await using loop = await open(redis.url);
    loop.remember();
    loop.sweep();
    const before = await loop.acceptAndPublish(300);
    await loop.settled(60_000);
    const client = connectRedis(redis.url, 'blocking', () => undefined);
    onTestFinished(() => client.disconnect());
    if (!(client instanceof Cluster)) throw new Error('The URL of a cluster leads to one server.');
    const slots = await Promise.all(
      consumers.map((consumer) => client.cluster('KEYSLOT', `{learning-loop:${consumer}}:${consumer}:wait`)),
    );
    expect(new Set(slots).size).toBe(consumers.length);

    const owner = await ownerOf(client, 'memory');
    const master = redis.servers.find(({ port }) => port === owner);
    const during = await loop.acceptAndPublish(300);
    await master?.kill();
    expect(master).toBeDefined();
    await loop.settled(60_000);
    expect(await loop.effects()).toEqual(eventIds([...before, ...during]));
  });

  test('the certificate of a server is checked, and its queues are served over TLS', async ({
    expect,
    onTestFinished,
  }) => {
    const { keyFile, certFile } = await certificateForTest();
    const files = { 'tls-cert-file': certFile, 'tls-key-file': keyFile, 'tls-ca-cert-file': certFile };
    const port = String(await freePort());
    await using server = await startRedis({
      port: '0',
      'tls-port': port,
      'tls-auth-clients': 'no',
      ...files,
    });
    const url = `rediss://127.0.0.1:${server.port}`;
    const refused = Promise.withResolvers<Error>();
    const stranger = connectRedis(url, 'blocking', refused.resolve);
    expect((await refused.promise).message).toContain('self-signed certificate');
    stranger.disconnect();

    const usual = tls.getCACertificates('default');
    onTestFinished(() => tls.setDefaultCACertificates(usual));
    tls.setDefaultCACertificates([...usual, await readFile(certFile, 'utf8')]);
    await using loop = await open(url);
    loop.remember();
    const refs = await loop.acceptAndPublish(50);
    await loop.settled();
    expect(await loop.effects()).toEqual(eventIds(refs));
  });
});

/** The port of the master that holds the consumer's queue. */
async function ownerOf(client: Cluster, consumer: string): Promise<number | undefined> {
  const slot = Number(await client.cluster('KEYSLOT', `{learning-loop:${consumer}}`));
  const ranges = await client.cluster('SLOTS');
  return ranges.find(([from, to]) => from <= slot && slot <= to)?.[2]?.[1];
}
