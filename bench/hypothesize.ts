import type { Db } from '@learning-loop/db/connect';
import { newId } from '@learning-loop/events/ids';
import { sql } from 'kysely';
import { acceptMany } from './accepted.ts';
import { openEnvironment } from './environment/environment.ts';
import type { LoadResult } from './load/job.ts';
import { send } from './load/send.ts';
import type { Metric } from './metric.ts';

const users = 500;
const memoriesPerUser = 100;
const mostMs = 20;
const texts = ['build api', 'deploy the service', 'fix the login bug', 'write tests for the parser', 'auth'];
const candidates = [
  'Do you want a short answer with code?',
  'Do you want a step-by-step guide?',
  'Do you want an overview of the options?',
  'Do you want an example to copy?',
];

/** Latency of `hypothesize` at fixed rates with 100 memories a user, and how many with candidates a second. */
export async function hypothesize(): Promise<Metric[]> {
  await using environment = await openEnvironment();
  await insertMemories(environment.db);
  await acceptMany(environment.db, users * 4, users);
  // As autovacuum would within minutes; until then an index-only scan asks the table for every row.
  await sql`vacuum analyze`.execute(environment.db);
  // What was written to prepare goes to disk now, not while answers are timed.
  await sql`checkpoint`.execute(environment.db);
  const { url } = await environment.app('gateway');
  const job = { url, path: '/v1/hypothesize', headers: {}, connections: 64 };
  const rules = (count: number) => Array.from({ length: count }, (_, n) => toBody(n, {}));
  const withCandidates = (count: number) =>
    Array.from({ length: count }, (_, n) => toBody(n, { candidates }));
  await send({ ...job, bodies: rules(2_000) });
  const busy = await send({ ...job, bodies: rules(5_000), perSecond: 500 });
  const steady = await send({ ...job, bodies: withCandidates(2_000), perSecond: 100 });
  const wide = await send({ ...job, bodies: withCandidates(8_000) });
  return [
    withinLatency('with the rules, 100 memories a user, 500 a second', busy),
    withinLatency('with candidates, 100 memories a user, 100 a second', steady),
    {
      name: 'hypothesize with candidates: against 2,000 a second',
      ratio: wide.perSecond / 2_000,
      goal: { atLeast: 1 },
      details: { per_second: wide.perSecond, p50_ms: wide.p50, p99_ms: wide.p99, failed: wide.failed },
      meanwhile: wide.meanwhile,
    },
  ];
}

function withinLatency(how: string, { p50, p99, answered, failed, meanwhile }: LoadResult): Metric {
  return {
    name: `hypothesize ${how}: p99 against ${mostMs} ms`,
    ratio: p99 / mostMs,
    goal: { atMost: 1 },
    details: { p50_ms: p50, p99_ms: p99, answered, failed },
    meanwhile,
  };
}

const toBody = (n: number, more: object) =>
  JSON.stringify({ user_id: `user-${n % users}`, input_text: texts[n % texts.length], ...more });

async function insertMemories(db: Db): Promise<void> {
  const rows = Array.from({ length: users * memoriesPerUser }, (_, n) => ({
    user_id: `user-${n % users}`,
    memory_id: newId(),
    type: ['goal', 'preference', 'history', 'history'][Math.floor(n / users) % 4],
    content: `${texts[n % texts.length]} number ${n} with PostgreSQL and Docker`,
    day: n % 300,
  }));
  await sql`
    insert into memories (tenant_id, user_id, memory_id, type, content_key, content, confidence, tags, first_seen, last_seen)
    select 'default', user_id, memory_id, type, memory_id::text, content, 0.7, '{learned}',
      now() - make_interval(days => day), now() - make_interval(days => day)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as row(user_id text, memory_id uuid, type text, content text, day int)`.execute(db);
}
