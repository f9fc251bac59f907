import { json } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { quantile } from '@learning-loop/service/observability/quantile';
import { Pool } from 'undici';
import { withMachineUsage } from '../environment/machine-usage.ts';
import type { Job, LoadResult } from './job.ts';

const job = (await json(process.stdin)) as Job;
const requests: Request[] =
  'paths' in job
    ? job.paths.map((path) => ({ method: 'GET', path }))
    : job.bodies.map((body) => ({ method: 'POST', path: job.path, body }));
const pool = new Pool(job.url, { connections: job.connections, pipelining: 1 });
await warmUp();
const work = () => (job.perSecond ? sendAtRate(job.perSecond) : sendClosedLoop());
process.stdout.write(JSON.stringify(await withMachineUsage([new URL(job.url).origin], work)));
await pool.close();

type Measured = Omit<LoadResult, 'meanwhile'>;

interface Request {
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

async function send(request: Request): Promise<boolean> {
  const type = request.method === 'POST' ? { 'content-type': 'application/json' } : {};
  try {
    const response = await pool.request({ ...request, headers: { ...type, ...job.headers } });
    await response.body.dump();
    return response.statusCode < 300;
  } catch {
    return false;
  }
}

/** Closed loop: each connection sends its next request when the last one is answered. */
async function sendClosedLoop(): Promise<Measured> {
  const latencies: number[] = [];
  let failed = 0;
  let next = 0;
  const start = performance.now();
  const connection = async () => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const sent = performance.now();
      if (await send(request)) latencies.push(performance.now() - sent);
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: job.connections }, connection));
  return summarize(latencies, failed, start);
}

/** Open loop: a request is sent when it is due, and its latency counts from then (no coordinated omission). */
async function sendAtRate(perSecond: number): Promise<Measured> {
  const latencies: number[] = [];
  let failed = 0;
  const start = performance.now();
  const all = requests.map(async (request, index) => {
    const due = start + (index * 1000) / perSecond;
    await setTimeout(Math.max(0, due - performance.now()));
    if (await send(request)) latencies.push(performance.now() - due);
    else failed += 1;
  });
  await Promise.all(all);
  return summarize(latencies, failed, start);
}

function summarize(latencies: number[], failed: number, start: number): Measured {
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
