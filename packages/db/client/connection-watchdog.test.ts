import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { connectDb, type Db } from '../connect.ts';

/** The database behind a network that can fall silent. */
async function databaseThroughNetwork() {
  const url = new URL(await databaseForTest());
  const { hostname } = url;
  const port = Number(url.port);
  const network = { silent: false, delayMs: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', async (bytes) => {
        if (network.delayMs > 0) await sleep(network.delayMs);
        if (!network.silent) to.write(bytes);
      });
      from.on('close', () => to.destroy());
      from.on('error', () => to.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: url.href,
    network,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const answer = sql<{ one: number }>`select 1 as one`;

test.concurrent('queries to a server that stopped responding fail, and work again once it is back', async ({
  expect,
}) => {
  using database = await databaseThroughNetwork();
  const { url, network } = database;
  await using db = connectDb(url, { serverTimeoutMs: 2_000 });
  await connected(db);
  network.silent = true;
  const started = performance.now();
  // More than there are connections: some wait for an answer, the others for a connection.
  const waiting = await Promise.allSettled(Array.from({ length: 30 }, () => answer.execute(db)));
  expect(new Set(waiting.map(({ status }) => status))).toEqual(new Set(['rejected']));
  expect(performance.now() - started).toBeLessThan(10_000);
  network.silent = false;
  const ask = () =>
    answer.execute(db).then(
      ({ rows }) => rows,
      () => [],
    );
  await expect.poll(ask, { timeout: 20_000 }).toEqual([{ one: 1 }]);
});

test.concurrent('a long query is not mistaken for silence', async ({ expect }) => {
  await using db = connectDb(await databaseForTest(), { serverTimeoutMs: 1_000 });
  await connected(db);
  const { rows } = await sql`select pg_sleep(3.5), 1 as one`.execute(db);
  expect(rows).toHaveLength(1);
});

test.concurrent('a distant server that answers is not mistaken for a silent one', async ({ expect }) => {
  using database = await databaseThroughNetwork();
  const { url, network } = database;
  await using db = connectDb(url, { serverTimeoutMs: 1_500 });
  await connected(db);
  network.delayMs = 200;
  // To connect anew takes several answers, each 400 ms after its question.
  const endSign = sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'sign of life'`;
  await endSign.execute(db);
  const { rows } = await sql`select pg_sleep(5), 1 as one`.execute(db);
  expect(rows).toHaveLength(1);
});

test.concurrent('a server that takes longer to connect to than a caller waits is connected to all the same', async ({
  expect,
}) => {
  using database = await databaseThroughNetwork();
  const { url, network } = database;
  network.delayMs = 400;
  await using db = connectDb(url, { serverTimeoutMs: 1_000 });
  const started = performance.now();
  await expect(answer.execute(db)).rejects.toThrow('timeout exceeded');
  expect(performance.now() - started).toBeLessThan(2_400);
  await connected(db);
});

/** The first connection of a busy machine may take longer than its caller waits; it is kept. */
async function connected(db: Db): Promise<void> {
  const ask = () => answer.execute(db).catch(() => undefined);
  const connects = async () => expect(await ask()).toMatchObject({ rows: [{ one: 1 }] });
  await vi.waitFor(connects, { timeout: 20_000 });
}
