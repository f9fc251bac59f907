import { execFile } from 'node:child_process';
import { appendFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { connectDb } from '@learning-loop/db/connect';
import { migrateFirst } from '@learning-loop/db/migrate';
import { startEmbeddedPostgres } from '@learning-loop/embedded-postgres/start';
import { redisForTest } from '@learning-loop/testing/redis';
import { temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import { connectClient } from 'standalone/demo/client';
import { launch } from 'standalone/launch';
import { expect, onTestFinished, test } from 'vitest';

const listening = /"url":"(http:[^"]+)"/;

/** A server and one that follows it: on a copy of its directory, made while it was at rest, as a base backup would be. */
async function serverAndReplica(directory: string) {
  const data = path.join(directory, 'primary');
  const copy = path.join(directory, 'replica');
  const before = await startEmbeddedPostgres(data, { durable: false });
  await migrateFirst(before.url);
  await before.stop();
  await promisify(execFile)('cp', ['-a', data, copy]);
  const primary = await startEmbeddedPostgres(data, { durable: false });
  onTestFinished(() => primary.stop());
  const { port, password } = new URL(primary.url);
  const follows = `primary_conninfo = 'host=127.0.0.1 port=${port} user=postgres password=${password}'\n`;
  await appendFile(path.join(copy, 'postgresql.auto.conf'), follows);
  await writeFile(path.join(copy, 'standby.signal'), '');
  const replica = await startEmbeddedPostgres(copy, { durable: false });
  onTestFinished(() => replica.stop());
  return { primary, replica };
}

test('the console reads from a replica, which nothing can be written to, what was picked at the gateway', async () => {
  const directory = await temporaryDirectory();
  const { primary, replica } = await serverAndReplica(directory);
  const redis = await redisForTest();
  onTestFinished(() => redis.stop());
  const start = async (app: string, env: NodeJS.ProcessEnv) => {
    const process = launch(app, directory, { REDIS_URL: redis.url, PORT: '0', ...env });
    onTestFinished(() => process.kill());
    return await process.waitForLine(listening);
  };
  const gateway = await start('gateway', { DATABASE_URL: primary.url });
  const console = await start('console', { DATABASE_URL: replica.url, GATEWAY_URL: gateway });
  await using db = connectDb(replica.url);
  await expect(db.deleteFrom('outbox').execute()).rejects.toThrow('read-only transaction');

  const client = connectClient(gateway);
  const asked = { user_id: 'ada', input_text: 'build api' };
  const { interaction_id } = await client.hypothesize(asked);
  await client.execute({ ...asked, interaction_id, hypothesis_id: 'h1' });
  const read = async (at: string) => (await fetch(`${console}${at}`)).json();
  await expect
    .poll(() => read('/api/users/ada'), { timeout: 20_000 })
    .toMatchObject({
      episodes: [{ interaction_id, input_text: 'build api' }],
    });
  // The selection may reach the replica after the interaction.
  await expect
    .poll(() => read('/api/overview?window=15m'), { timeout: 20_000 })
    .toMatchObject({ pending: 1 });
});
