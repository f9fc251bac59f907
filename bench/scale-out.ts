import { setTimeout } from 'node:timers/promises';
import type { Consumer } from '@learning-loop/events/routes';
import { connectPublisher } from '@learning-loop/queue/producer/publisher';
import { sql } from 'kysely';
import pino from 'pino';
import { Registry } from 'prom-client';
import { acceptMany } from './accepted.ts';
import { type Environment, openEnvironment } from './environment/environment.ts';
import { withMachineUsage } from './environment/machine-usage.ts';
import type { Metric } from './metric.ts';
import { slowModel } from './slow-model.ts';

const answerMs = 200;
const many = 8;
const waiting = { app: 'persona-worker', consumer: 'persona', eventsEach: 500 } as const;
const computing = { app: 'memory-worker', consumer: 'memory', events: 6_000 } as const;

/** More processes of a worker: of one that waits for a model, and of one that is busy with the rules alone. */
export async function scaleOut(): Promise<Metric[]> {
  return [await measureWaiting(), await measureComputing()];
}

async function measureWaiting(): Promise<Metric> {
  await using model = await slowModel(answerMs);
  const env = {
    SLM_IMPL: 'openai',
    OPENAI_BASE_URL: model.url,
    OPENAI_API_KEY: 'none',
    OPENAI_MODEL_NAME: 'slow',
    LLM_TIMEOUT_MS: '60000',
    LLM_MAX_CONCURRENCY: '4',
  };
  const measure = (processes: number) =>
    learnedPerSecond({ ...waiting, events: waiting.eventsEach * processes }, processes, env);
  const [one, eight] = [await measure(1), await measure(many)];
  return {
    name: `persona workers with a ${answerMs} ms model, 1 to ${many} processes`,
    ratio: eight.perSecond / one.perSecond,
    goal: { atLeast: 7.5 },
    details: {
      one_per_second: one.perSecond,
      eight_per_second: eight.perSecond,
      decided_by_model: one.byModel + eight.byModel,
      events: waiting.eventsEach * (1 + many),
    },
    meanwhile: eight.meanwhile,
  };
}

async function measureComputing(): Promise<Metric> {
  const [one, two] = [await learnedPerSecond(computing, 1), await learnedPerSecond(computing, 2)];
  return {
    name: 'memory workers with the rules, 1 to 2 processes',
    ratio: two.perSecond / one.perSecond,
    goal: null,
    details: { one_per_second: one.perSecond, two_per_second: two.perSecond, events: computing.events },
  };
}

interface Work {
  app: string;
  consumer: Consumer;
  events: number;
}

/** As fast as so many processes learn what waits in their queue, each event of another user. */
async function learnedPerSecond({ app, consumer, events }: Work, processes: number, env = {}) {
  await using environment = await openEnvironment();
  const apps = await Promise.all(Array.from({ length: processes }, () => environment.app(app, env)));
  await using publisher = connectPublisher(environment, pino({ level: 'silent' }), new Registry());
  const ids = await acceptMany(environment.db, events, events);
  const refs = ids.map((event_id) => ({ event: 'hypothesis.selected' as const, event_id }));
  const learn = async () => {
    const start = performance.now();
    await publisher.publish(refs, consumer);
    while ((await countPending(environment, consumer)) > 0) await setTimeout(20);
    return { perSecond: (events * 1000) / (performance.now() - start) };
  };
  const learned = await withMachineUsage(
    apps.map(({ url }) => url),
    learn,
  );
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from persona_updates where decided_by <> 'rules'`.execute(environment.db);
  return { ...learned, byModel: rows[0]?.n ?? 0 };
}

async function countPending({ db }: Environment, consumer: Consumer): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from outbox where ${consumer} = any(pending)`.execute(db);
  return rows[0]?.n ?? 0;
}
