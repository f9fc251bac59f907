import { connectDb } from '@learning-loop/db/connect';
import { insertEvents } from '@learning-loop/db/loop/outbox';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { selection } from '@learning-loop/testing/selection';
import { sql } from 'kysely';
import pino from 'pino';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { PublishRequest } from './consumer-queue.ts';
import type { Publisher } from './publisher.ts';
import { sweep } from './sweeper.ts';

test.each([
  ['1 second', 0],
  ['10 seconds', 1],
  ['100 seconds', 4],
  // The clock was set back.
  ['-1 hour', 9],
])('an event that has been pending for %s is published as redelivery %i', async (age, redelivery) => {
  await using db = connectDb(await databaseForTest());
  const event = selection();
  await db.transaction().execute((tx) => insertEvents(tx, [{ name: 'hypothesis.selected', event }]));
  await sql`update outbox set created_at = now() - ${age}::interval, pending = '{memory}'`.execute(db);
  const published: PublishRequest[] = [];
  const publisher: Publisher = {
    publish: async (requests) => void published.push(...requests),
    waiting: async () => 0,
    hasRoom: async () => true,
    holds: async () => [],
    prometheusMetrics: async () => '',
    async [Symbol.asyncDispose]() {},
  };
  const service = { log: pino({ level: 'silent' }), metrics: new Registry() };
  await using _sweeper = sweep(service, db, publisher, { everyMs: 60_000, graceMs: 900, limit: 10 });
  await expect
    .poll(() => published)
    .toEqual([{ event: 'hypothesis.selected', event_id: event.event_id, redelivery }]);
});
