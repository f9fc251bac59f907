import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connectDb } from '@learning-loop/db/connect';
import { migrate } from '@learning-loop/db/migrate';
import { startEmbeddedPostgres } from '@learning-loop/embedded-postgres/start';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { askRedis } from './ask-redis.ts';
import { ensureRedis } from './ensure-redis.ts';
import { makeRunDirectory } from './run-directory.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    runDirectory: string;
  }
}

/** Once for a whole run: a PostgreSQL with a migrated template, a place for each test's servers, a redis-server. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await ensureRedis();
  const directory = await makeRunDirectory();
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
  return async () => {
    await Promise.all([postgres.stop(), endRedisServers(directory)]);
    // After a failure the databases stay, to be looked at; the closing lines say where. Without one, all goes, though a
    // process that ends may be writing into it still.
    if (project.vitest.state.getCountOfFailedTests() === 0)
      await rm(directory, { recursive: true, force: true, maxRetries: 20 });
  };
}

async function createTemplate(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('create database template_migrated');
  await client.end();
  const db = connectDb(new URL('/template_migrated', url).href);
  await migrate(db);
  await db.destroy();
}

/** Ends the servers of tests whose process was killed first; the others are gone. */
async function endRedisServers(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.startsWith('redis-'));
  await Promise.allSettled(names.map((name) => askRedis(join(directory, name), 'SHUTDOWN NOSAVE')));
}
