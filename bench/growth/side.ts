import { setTimeout } from 'node:timers/promises';
import { connectPublisher, type Publisher } from '@learning-loop/queue/producer/publisher';
import { sql } from 'kysely';
import pino from 'pino';
import { Registry } from 'prom-client';
import { openEnvironment } from '../environment/environment.ts';
import type { MachineUsage } from '../environment/machine-usage.ts';
import { openInteractions, toExecuteBody } from '../interactions.ts';
import { measureLearning } from '../learning.ts';
import type { LoadResult as Answers } from '../load/job.ts';
import { send } from '../load/send.ts';
import { hotUser, users } from './tables.ts';

export interface SideResult {
  hypothesize: Answers;
  hypothesizeHot: Answers;
  execute: Answers;
  learning: { perSecond: number; meanwhile: MachineUsage };
}

export interface Side extends AsyncDisposable {
  databaseUrl: string;
  warmUp(): Promise<void>;
  measure(): Promise<SideResult>;
}

/** Modest, so that nothing queues: what is measured is how long one request takes. */
const perSecond = { hypothesize: 25, execute: 25 };
const seconds = 6;
const events = 1_000;
const workers = ['training-log-worker', 'memory-worker', 'persona-worker'];
/** Some tens of thousands of users apart, so that each request meets a user whom nobody has asked for. */
const stride = 7_919;

/** The whole system on the database of this data directory, or on an empty one. */
export async function openSide(data?: string): Promise<Side> {
  const environment = await openEnvironment(data);
  const { url } = await environment.app('gateway', { RATE_LIMIT_PER_USER: '1000000' });
  const urls = [url];
  for (const worker of workers) urls.push((await environment.app(worker)).url);
  const publisher = connectPublisher(environment, pino({ level: 'silent' }), new Registry());
  let asked = 0;
  const nextUser = () => `user-${(asked++ * stride) % users}`;
  const job = { url, headers: {}, connections: 16 };

  async function hypothesize(user: () => string, count: number): Promise<Answers> {
    const bodies = Array.from({ length: count }, () =>
      JSON.stringify({ user_id: user(), input_text: 'build api' }),
    );
    return await timed('/v1/hypothesize', bodies, perSecond.hypothesize);
  }

  async function timed(route: string, bodies: string[], rate: number): Promise<Answers> {
    // What was written before goes to disk now, not while answers are timed.
    await sql`checkpoint`.execute(environment.db);
    return await send({ ...job, path: route, bodies, perSecond: rate });
  }

  async function execute(count: number): Promise<Answers> {
    const open = await openInteractions(environment.db, count, (n) => (n % 4 === 0 ? hotUser : nextUser()));
    return await timed('/v1/execute', open.map(toExecuteBody), perSecond.execute);
  }

  const learn = () => measureLearning(environment, withRetries(publisher), urls, events);

  return {
    databaseUrl: environment.databaseUrl,
    async warmUp() {
      await hypothesize(nextUser, 60);
      await hypothesize(() => hotUser, 30);
      await execute(60);
      await learn();
    },
    async measure() {
      return {
        hypothesize: await hypothesize(nextUser, perSecond.hypothesize * seconds),
        hypothesizeHot: await hypothesize(() => hotUser, perSecond.hypothesize * seconds),
        execute: await execute(perSecond.execute * seconds),
        learning: await learn(),
      };
    },
    async [Symbol.asyncDispose]() {
      await publisher[Symbol.asyncDispose]();
      await environment[Symbol.asyncDispose]();
    },
  };
}

/** There is no sweeper here: what a busy Redis did not take within a second is handed in again, which it notices. */
function withRetries(publisher: Publisher): Publisher {
  const publish: Publisher['publish'] = async (refs, only) =>
    publisher.publish(refs, only).catch(async () => {
      await setTimeout(1_000);
      await publish(refs, only);
    });
  return { ...publisher, publish };
}
