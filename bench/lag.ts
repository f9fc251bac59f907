import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { type Environment, openEnvironment } from './environment/environment.ts';
import { untilLearned } from './environment/until-learned.ts';
import { openInteractions, toExecuteBody } from './interactions.ts';
import { send } from './load/send.ts';
import type { Metric } from './metric.ts';
import { between, bucketsOf, quantileOf } from './prometheus.ts';

const users = 1_000;
const burst = 8_000;
/** Excluded from the result: the backlog of a sudden start is not the lag at this rate. */
const leadInSeconds = 5;
const steadySeconds = 20;
const workers = ['training-log-worker', 'memory-worker', 'persona-worker'];

/** From accepted to learned by all consumers, at half of the system's maximum rate. */
export async function lag(): Promise<Metric[]> {
  await using environment = await openEnvironment();
  const { url } = await environment.app('gateway');
  const urls: string[] = [];
  for (const worker of workers) urls.push((await environment.app(worker)).url);
  await send(await createLoad(environment, url, burst / 4));
  await untilLearned(environment.db);
  const all = await createLoad(environment, url, burst);
  const start = performance.now();
  await send(all);
  await untilLearned(environment.db);
  const most = (burst * 1000) / (performance.now() - start);
  const readLag = () => bucketsOf(urls, 'learning_loop_learned_seconds', 'event="hypothesis.selected"');
  const half = await createLoad(environment, url, Math.round((most / 2) * (leadInSeconds + steadySeconds)));
  const sent = send({ ...half, perSecond: most / 2 });
  await setTimeout(leadInSeconds * 1000);
  const before = await readLag();
  const seen = await sent;
  await untilLearned(environment.db);
  const lags = between(before, await readLag());
  const p99 = quantileOf(lags, 0.99) * 1000;
  return [
    {
      name: 'lag from accepted to learned by all, at half of the maximum rate: p99 against 100 ms',
      ratio: p99 / 100,
      goal: { atMost: 1 },
      details: {
        maximum_per_second: most,
        offered_per_second: most / 2,
        p50_ms: quantileOf(lags, 0.5) * 1000,
        p99_ms: p99,
        learned: Math.max(...lags.values()),
        execute_p99_ms: seen.p99,
        failed: seen.failed,
      },
      meanwhile: seen.meanwhile,
    },
  ];
}

async function createLoad(environment: Environment, url: string, count: number) {
  const bodies = (await openInteractions(environment.db, count, users)).map(toExecuteBody);
  // What was written to prepare goes to disk now, not while answers are timed.
  await sql`checkpoint`.execute(environment.db);
  return { url, path: '/v1/execute', headers: {}, bodies, connections: 64 };
}
