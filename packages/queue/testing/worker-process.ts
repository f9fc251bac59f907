import { connectDb } from '@learning-loop/db/connect';
import { sql } from 'kysely';
import pino from 'pino';
import { Registry } from 'prom-client';
import { consume } from '../consumer/consume.ts';
import { connectPublisher } from '../producer/publisher.ts';

// A worker process to be killed: it has its effect, and never gets to the commit.
const [databaseUrl = '', redisUrl] = process.argv.slice(2);
const config = { databaseUrl, redisUrl };
const log = pino({ level: 'silent' });
const metrics = new Registry();
const fail = (error: Error) => {
  throw error;
};
consume(
  { log, metrics, fail },
  connectDb(databaseUrl),
  connectPublisher(config, log, metrics),
  'memory',
  {
    'hypothesis.selected': async (events, { tx }) => {
      const ids = events.map((event) => event.event_id);
      await sql`insert into effects select 'memory', unnest(${ids}::uuid[])`.execute(tx);
      process.stdout.write('in hand\n');
      await Promise.withResolvers().promise;
    },
  },
  config,
);
