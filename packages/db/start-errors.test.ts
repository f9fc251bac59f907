import { once } from 'node:events';
import { createServer } from 'node:net';
import { databaseForTest, emptyDatabaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connectDb } from './connect.ts';
import { migrateFirst } from './migrate.ts';

type Change = (url: URL) => void | Promise<void>;

/** A server that takes connections and never says anything. */
async function listenSilently() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = String(typeof address === 'object' ? address?.port : '');
  return { port, close: async () => void server.close() };
}

const parts: [string, Change, RegExp][] = [
  [
    'a port where nothing listens',
    async (url) => {
      const { port, close } = await listenSilently();
      await close();
      url.port = port;
    },
    /^PostgreSQL does not listen at 127\.0\.0\.1, port \d+; start it, or correct the host and port of DATABASE_URL\.$/,
  ],
  [
    'a host that is unknown',
    (url) => {
      url.hostname = 'nowhere.invalid';
    },
    /^The host nowhere\.invalid of DATABASE_URL (is unknown|cannot be looked up now); correct it.*\.$/,
  ],
  [
    'a server that says nothing',
    async (url) => {
      const { port, close } = await listenSilently();
      onTestFinished(close);
      url.port = port;
      url.searchParams.set('connect_timeout', '1');
    },
    /^PostgreSQL does not answer at the host and port of DATABASE_URL; .+\.$/,
  ],
  [
    'a wrong password',
    (url) => {
      url.password = 'wrong';
    },
    /^PostgreSQL rejects the user or the password of DATABASE_URL; .+\.$/,
  ],
  [
    'no password',
    (url) => {
      url.password = '';
    },
    /^PostgreSQL asks for a password, and DATABASE_URL has none; .+\.$/,
  ],
  [
    'a user that is none',
    (url) => {
      url.username = 'nobody';
    },
    /^PostgreSQL (rejects the user or the password of|lets the user of) DATABASE_URL[^\n]+\.$/,
  ],
  [
    'a database that is none',
    (url) => {
      url.pathname = '/nowhere';
    },
    /^DATABASE_URL names a database that is missing: database "nowhere" does not exist; .+\.$/,
  ],
  [
    'TLS that the server does not offer',
    (url) => {
      url.searchParams.set('sslmode', 'require');
    },
    /^PostgreSQL offers no TLS, which sslmode in DATABASE_URL asks for; .+\.$/,
  ],
  [
    'a directory without a socket',
    (url) => {
      url.searchParams.set('host', '/nowhere');
    },
    /^There is no socket where DATABASE_URL looks for one; .+\.$/,
  ],
];

test.each(parts)('%s is one sentence at start', async (_what, change, sentence) => {
  const url = new URL(await databaseForTest());
  await change(url);
  const expected = { name: 'StartError', message: expect.stringMatching(sentence) };
  await expect(migrateFirst(url.href)).rejects.toMatchObject(expected);
});

test('a user with too few rights is one sentence at start', async () => {
  const url = new URL(await emptyDatabaseForTest());
  await using db = connectDb(url.href);
  const user = `weak_${process.pid}`;
  await sql`create role ${sql.ref(user)} login password 'weak'`.execute(db);
  onTestFinished(async () => {
    await using owner = connectDb(await databaseForTest());
    await sql`drop role ${sql.ref(user)}`.execute(owner);
  });
  [url.username, url.password] = [user, 'weak'];
  const sentence = /^The user of DATABASE_URL has too few rights: permission denied[^\n]+\.$/;
  const expected = { name: 'StartError', message: expect.stringMatching(sentence) };
  await expect(migrateFirst(url.href)).rejects.toMatchObject(expected);
});
