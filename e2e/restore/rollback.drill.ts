import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrateFirst } from '@learning-loop/db/migrate';
import { databaseForTest, emptyDatabaseForTest } from '@learning-loop/testing/database/postgres';
import pg from 'pg';
import { connectClient } from 'standalone/demo/client';
import { untilOutboxEmpty } from 'standalone/demo/wait';
import { startServer } from 'standalone/launch';
import { expect, onTestFinished, test } from 'vitest';
import { select } from './apps.ts';
import { checkOut, findPreviousRelease } from './previous-release.ts';

const release = await findPreviousRelease();

/** Of the release in `directory` as well: its process is started as this one's are. */
async function learnOn(databaseUrl: string, directory?: string): Promise<void> {
  const place = await mkdtemp(path.join(tmpdir(), 'rollback-'));
  const { startServer: start } = directory
    ? ((await import(path.join(directory, 'apps/standalone/launch.ts'))) as {
        startServer: typeof startServer;
      })
    : { startServer };
  const server = await start(place, { DATABASE_URL: databaseUrl });
  onTestFinished(() => server.kill());
  await select(server.url, 'build api');
  const client = connectClient(server.url);
  await untilOutboxEmpty(client);
  expect((await client.memories('ada')).map(({ type }) => type)).toContain('history');
  expect(await server.stop()).toBe(0);
}

test('the previous release starts on today’s schema, and learns; then this one goes on', {
  timeout: 120_000,
}, async () => {
  if (release === undefined) {
    process.stdout.write('NOT RUN: the previous release on today’s schema: git has no history here.\n');
    return;
  }
  const directory = path.join(await mkdtemp(path.join(tmpdir(), 'release-')), 'release');
  await checkOut(release, directory);
  const databaseUrl = await emptyDatabaseForTest();
  await migrateFirst(databaseUrl);
  await learnOn(databaseUrl, directory);
  await learnOn(databaseUrl);
});

test('this release starts on the schema of a later one, and learns', { timeout: 60_000 }, async () => {
  const databaseUrl = await databaseForTest();
  const later = new pg.Client(databaseUrl);
  await later.connect();
  await later.query('alter table memories add column place text');
  await later.query("insert into kysely_migration (name, timestamp) values ('9999-places', now()::text)");
  await later.end();
  await learnOn(databaseUrl);
});
