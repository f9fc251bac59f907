import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { openStage, type Stage } from './environment/environment.ts';
import { untilLearned } from './environment/until-learned.ts';
import { openInteractions, pickOf } from './interactions.ts';
import { send } from './load/send.ts';
import type { Figure } from './metric.ts';
import { between, bucketsOf, quantileOf } from './prometheus.ts';

const users = 1_000;
const burst = 8_000;
/** The rate is kept for so long before it counts: what waits after a sudden start is not the lag at that rate. */
const leadInSeconds = 5;
const steadySeconds = 20;
const workers = ['training-log-worker', 'memory-worker', 'persona-worker'];

/** From accepted to learned by all, while picks come at half of the rate that the whole system sustains. */
export async function lag(): Promise<Figure[]> {
  await using stage = await openStage();
  const { url } = await stage.app('gateway');
  const urls: string[] = [];
  for (const worker of workers) urls.push((await stage.app(worker)).url);
  await send(await picks(stage, url, burst / 4));
  await untilLearned(stage.db);
  const all = await picks(stage, url, burst);
  const start = performance.now();
  await send(all);
  await untilLearned(stage.db);
  const most = (burst * 1000) / (performance.now() - start);
  const readLag = () => bucketsOf(urls, 'learning_loop_learned_seconds', 'event="hypothesis.selected"');
  const half = await picks(stage, url, Math.round((most / 2) * (leadInSeconds + steadySeconds)));
  const sent = send({ ...half, perSecond: most / 2 });
  await setTimeout(leadInSeconds * 1000);
  const before = await readLag();
  const seen = await sent;
  await untilLearned(stage.db);
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

async function picks(stage: Stage, url: string, count: number) {
  const bodies = (await openInteractions(stage.db, count, users)).map(pickOf);
  // What was written to prepare goes to disk now, not while answers are timed.
  await sql`checkpoint`.execute(stage.db);
  return { url, path: '/v1/execute', headers: {}, bodies, connections: 64 };
}
