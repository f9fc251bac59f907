import { json } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { quantile } from '@learning-loop/service/observability/quantile';
import { Pool } from 'undici';
import { withMeanwhile } from '../environment/machine-usage.ts';
import type { Job, Seen } from './job.ts';

const job = (await json(process.stdin)) as Job;
const requests: Asked[] =
  'paths' in job
    ? job.paths.map((path) => ({ method: 'GET', path }))
    : job.bodies.map((body) => ({ method: 'POST', path: job.path, body }));
const pool = new Pool(job.url, { connections: job.connections, pipelining: 1 });
await warmUp();
const work = () => (job.perSecond ? atRate(job.perSecond) : asFastAsAnswered());
process.stdout.write(JSON.stringify(await withMeanwhile([new URL(job.url).origin], work)));
await pool.close();

type Answers = Omit<Seen, 'meanwhile'>;

interface Asked {
  method: 'GET' | 'POST';
  path: string;
  body?: string;
}

/** A process that has just started is slow itself, and its connections are to be opened: that is not measured. */
async function warmUp(): Promise<void> {
  const rounds = 50;
  const connection = async () => {
    for (let round = 0; round < rounds; round += 1) await send({ method: 'GET', path: '/livez' });
  };
  await Promise.all(Array.from({ length: job.connections }, connection));
}

async function send(asked: Asked): Promise<boolean> {
  const type = asked.method === 'POST' ? { 'content-type': 'application/json' } : {};
  try {
    const response = await pool.request({ ...asked, headers: { ...type, ...job.headers } });
    await response.body.dump();
    return response.statusCode < 300;
  } catch {
    return false;
  }
}

/** Closed loop: each connection sends its next request when the last one is answered. */
async function asFastAsAnswered(): Promise<Answers> {
  const latencies: number[] = [];
  let failed = 0;
  let next = 0;
  const start = performance.now();
  const connection = async () => {
    for (let asked = requests[next++]; asked !== undefined; asked = requests[next++]) {
      const sent = performance.now();
      if (await send(asked)) latencies.push(performance.now() - sent);
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: job.connections }, connection));
  return summary(latencies, failed, start);
}

/** Open loop: a request is sent when it is due, and its latency counts from then (no coordinated omission). */
async function atRate(perSecond: number): Promise<Answers> {
  const latencies: number[] = [];
  let failed = 0;
  const start = performance.now();
  const all = requests.map(async (asked, index) => {
    const due = start + (index * 1000) / perSecond;
    await setTimeout(Math.max(0, due - performance.now()));
    if (await send(asked)) latencies.push(performance.now() - due);
    else failed += 1;
  });
  await Promise.all(all);
  return summary(latencies, failed, start);
}

function summary(latencies: number[], failed: number, start: number): Answers {
  const ms = performance.now() - start;
  return {
    answered: latencies.length,
    failed,
    startedAt: performance.timeOrigin + start,
    seconds: ms / 1000,
    perSecond: (latencies.length * 1000) / ms,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}
