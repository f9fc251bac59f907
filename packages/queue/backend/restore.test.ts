import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { redisForTest } from '@learning-loop/testing/redis';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { eventIds, TestLoop } from '../testing/harness.ts';

test('a restored Postgres and an empty Redis: pending events are processed, and none twice', async () => {
  const databaseUrl = await databaseForTest();
  const lost = await TestLoop.open({ databaseUrl, redisUrl: (await redisForTest()).url });
  lost.remember();
  const processed = await lost.acceptAndPublish(100);
  await lost.settled();
  const pending = await lost.accept(100);
  await lost[Symbol.asyncDispose]();
  const restoredUrl = await backUp(databaseUrl);

  // Whatever the lost system processed after its backup was taken is lost with it.
  const late = await TestLoop.reopen({ databaseUrl, redisUrl: (await redisForTest()).url });
  late.remember();
  late.sweep();
  await late.settled();
  expect(await late.effects()).toEqual(eventIds([...processed, ...pending]));
  await late[Symbol.asyncDispose]();

  await using restored = await TestLoop.reopen({
    databaseUrl: restoredUrl,
    redisUrl: (await redisForTest()).url,
  });
  expect(await restored.effects()).toEqual(eventIds(processed));
  // Jobs of before may come back with a Redis that was restored, too; they do nothing.
  await restored.publisher.publish(processed, 'memory');
  restored.remember();
  restored.sweep();
  await restored.settled();
  // The sweeper may publish an event again while its first delivery is being processed.
  await expect.poll(() => restored.outcomes('duplicate'), { timeout: 10_000 }).toBeGreaterThanOrEqual(100);
  expect(await restored.effects()).toEqual(eventIds([...processed, ...pending]));
});

/** A copy of the database as it is now; nobody may be connected to it. */
async function backUp(databaseUrl: string): Promise<string> {
  const { pathname } = new URL(databaseUrl);
  const client = new pg.Client(inject('postgresUrl'));
  await client.connect();
  await client.query(`create database "${pathname.slice(1)}_restored" template "${pathname.slice(1)}"`);
  await client.end();
  return new URL(`${pathname}_restored`, databaseUrl).href;
}
