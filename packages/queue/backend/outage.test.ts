import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectDb } from '@learning-loop/db/connect';
import { migrate } from '@learning-loop/db/migrate';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { startEmbeddedPostgres } from '@learning-loop/embedded-postgres/start';
import { redisForTest } from '@learning-loop/testing/redis';
import { sql } from 'kysely';
import { inject, test } from 'vitest';
import { eventIds, TestLoop } from '../testing/harness.ts';

/** A Postgres of the test's own, to be killed and started again on the same port. */
async function ownPostgres() {
  const directory = join(await mkdtemp(join(inject('runDirectory'), 'outage-')), 'data');
  const port = await freePort();
  let server = await startEmbeddedPostgres(directory, { port });
  const db = connectDb(server.url);
  await migrate(db);
  await db.destroy();
  return {
    url: server.url,
    /** As `pg_ctl stop -m immediate`: connections are cut, nothing is tidied up. */
    async crash() {
      const [pid] = (await readFile(join(directory, 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(Number(pid), 'SIGQUIT');
      await server.died;
    },
    async start() {
      server = await startEmbeddedPostgres(directory, { port });
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

test.concurrent.for(['Redis', 'Postgres'])(
  'a Postgres that crashes under load costs no event and no attempt (%s)',
  async (backend, { expect }) => {
    await using postgres = await ownPostgres();
    const redisUrl = backend === 'Redis' ? (await redisForTest()).url : undefined;
    await using loop = await TestLoop.open({
      databaseUrl: postgres.url,
      redisUrl,
      retry: { attempts: 1, delayMs: 20 },
    });
    const begun = Promise.withResolvers<void>();
    loop.remember(async (events, context) => {
      await loop.effect('memory')(events, context);
      begun.resolve();
      // Long enough that the crash falls into a transaction.
      await sql`select pg_sleep(0.02)`.execute(context.tx);
    });
    loop.sweep();
    const refs = await loop.accept(1_000);
    await loop.publish(refs);
    await begun.promise;
    await postgres.crash();
    await expect.poll(() => loop.logged('learning_waits').length, { timeout: 10_000 }).toBeGreaterThan(0);
    await postgres.start();
    const back = performance.now();
    await expect
      .poll(
        () =>
          loop.settled(1_000).then(
            () => true,
            () => false,
          ),
        { timeout: 40_000 },
      )
      .toBe(true);
    expect(performance.now() - back).toBeLessThan(15_000);
    expect(await loop.effects()).toEqual(eventIds(refs));
    expect(await loop.outcomes('dead')).toBe(0);
  },
);
