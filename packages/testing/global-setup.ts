import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connectDb } from '@learning-loop/db/connect';
import { migrate } from '@learning-loop/db/migrate';
import { startEmbeddedPostgres } from '@learning-loop/embedded-postgres/start';
import { openQueues } from '@learning-loop/queue/backend/open';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { askRedis } from './ask-redis.ts';
import { ensureRedis } from './ensure-redis.ts';
import { makeRunDirectories, runDirectories } from './run-directory.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    runDirectory: string;
    /** For what is large: the other one may be in memory. */
    diskDirectory: string;
  }
}

/** Once for a whole run: a PostgreSQL with a migrated template, a place for each test's servers, a redis-server. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await ensureRedis();
  const { fast: directory, disk } = await makeRunDirectories();
  // What tests leave behind goes with the run. Its servers may run as a user of their own, which has to write there.
  const temporary = join(directory, 'tmp');
  await mkdir(temporary);
  await chmod(temporary, 0o1777);
  process.env['TMPDIR'] = temporary;
  // Hundreds of processes load the same modules; the first compiles for all.
  process.env['NODE_COMPILE_CACHE'] = join(directory, 'compiled');
  const postgres = await startEmbeddedPostgres(join(directory, 'postgres'), { durable: false });
  await createTemplate(postgres.url);
  project.provide('postgresUrl', postgres.url);
  project.provide('runDirectory', directory);
  project.provide('diskDirectory', disk);
  return async () => {
    await Promise.all([postgres.stop(), endRedisServers(directory)]);
    // After a failure the databases stay, to be looked at; the closing lines say where. Without one, all goes, though a
    // process that ends may be writing into it still.
    if (project.vitest.state.getCountOfFailedTests() > 0) return;
    for (const path of runDirectories()) await rm(path, { recursive: true, force: true, maxRetries: 20 });
  };
}

async function createTemplate(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('create database template_migrated');
  // The password stays: only to check it takes less, at each of thousands of connections.
  await client.query('set scram_iterations = 1');
  await client.query(`alter role postgres password '${new URL(url).password}'`);
  await client.end();
  const databaseUrl = new URL('/template_migrated', url).href;
  await using db = connectDb(databaseUrl);
  await migrate(db);
  const queues = await openQueues({ databaseUrl }, [], () => undefined);
  await queues.close();
}

/** Ends the servers of tests whose process was killed first; the others are gone. */
async function endRedisServers(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.startsWith('redis-'));
  await Promise.allSettled(names.map((name) => askRedis(join(directory, name), 'SHUTDOWN NOSAVE')));
}
