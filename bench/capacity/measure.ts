import { setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type Environment, openEnvironment } from '../environment/environment.ts';
import { untilLearned } from '../environment/until-learned.ts';
import { openInteractions, toExecuteBody } from '../interactions.ts';
import { send } from '../load/send.ts';
import type { Costs, Demands, Sample } from './demands.ts';
import { postgresCpuBetween, type Reading, takeReading } from './reading.ts';

const users = 1_000;
const waiting = 2_000;
/** Until the compilers have done with it, a process takes several times the CPU. */
const warming = 8_000;
const idleSeconds = 5;
const loadSeconds = 12;
const workers = ['training-log-worker', 'memory-worker', 'persona-worker'];

/** How busy each app, Redis and Postgres were at a rate: shares of one core. */
export interface Point {
  perSecond: number;
  busy: Record<string, number>;
}

/** Measures what a selection costs at two rates, and how busy everything is at each of `rates`. */
export async function measureCosts(calibrateAt: readonly [number, number], rates: readonly number[]) {
  await using environment = await openEnvironment();
  const redis = new Redis(environment.redisUrl);
  using _ended = { [Symbol.dispose]: () => redis.disconnect() };
  const gateway = await environment.app('gateway');
  const apps: Record<string, number> = { gateway: gateway.pid };
  const read = () => takeReading({ ...environment, redis, apps });
  /** Cost per selection of executing and learning; hypothesizing is done before. */
  const underLoad = async (perSecond: number) => {
    const bodies = await open(environment, loadSeconds * perSecond);
    const before = await read();
    await sendSelections(gateway.url, bodies, perSecond);
    await untilLearned(environment.db);
    return { before, after: await read() };
  };

  const bodies = await open(environment, waiting);
  const empty = await read();
  await sendSelections(gateway.url, bodies);
  const full = await read();
  for (const worker of workers) apps[worker] = (await environment.app(worker)).pid;
  await sendSelections(gateway.url, await open(environment, warming));
  await untilLearned(environment.db);
  const [idle, afterIdle] = [await read(), await setTimeout(idleSeconds * 1_000).then(read)];
  const idleCores = busyBetween(idle, afterIdle);
  const sampleAt = async (perSecond: number): Promise<Sample> => ({
    perSecond,
    demands: demandsOf({ ...(await underLoad(perSecond)), idleCores }, loadSeconds * perSecond),
  });
  const costs: Costs = {
    samples: [await sampleAt(calibrateAt[0]), await sampleAt(calibrateAt[1])],
    idleCores,
    redisWaitingBytes: (full.redisBytes - empty.redisBytes) / waiting,
  };
  const points: Point[] = [];
  for (const perSecond of rates) {
    const { before, after } = await underLoad(perSecond);
    points.push({ perSecond, busy: busyBetween(before, after) });
  }
  return { costs, points };
}

interface Calibration {
  before: Reading;
  after: Reading;
  idleCores: Record<string, number>;
}

/** What is used without any load is not the selections'. */
function demandsOf({ before, after, idleCores }: Calibration, count: number): Demands {
  const busy = busyBetween(before, after);
  const seconds = (after.atMs - before.atMs) / 1_000;
  const own = (name: string) => Math.max(0, ((busy[name] ?? 0) - (idleCores[name] ?? 0)) * seconds) / count;
  const grown = (of: (reading: Reading) => number) => (of(after) - of(before)) / count;
  return {
    cpuSeconds: Object.fromEntries(Object.keys(after.cpu).map((app) => [app, own(app)])),
    redisCpuSeconds: own('redis'),
    redisCommands: grown(({ redisCommands }) => redisCommands),
    postgresCpuSeconds: own('postgres'),
    postgresCommits: grown(({ postgresCommits }) => postgresCommits),
    postgresIo: grown(({ postgresIo }) => postgresIo),
    walBytes: grown(({ walBytes }) => walBytes),
    storedBytes: grown(({ storedBytes }) => storedBytes),
    logBytes: grown(({ logBytes }) => logBytes),
  };
}

function busyBetween(before: Reading, after: Reading): Record<string, number> {
  const seconds = (after.atMs - before.atMs) / 1_000;
  const apps = Object.entries(after.cpu).map(([app, cpu]) => [app, (cpu - (before.cpu[app] ?? 0)) / seconds]);
  return {
    ...Object.fromEntries(apps),
    redis: (after.redisCpu - before.redisCpu) / seconds,
    postgres: postgresCpuBetween(before, after) / seconds,
  };
}

async function open({ db }: Environment, count: number): Promise<string[]> {
  return (await openInteractions(db, count, users)).map(toExecuteBody);
}

/** Without `perSecond` as fast as they are answered. */
async function sendSelections(url: string, bodies: string[], perSecond?: number): Promise<void> {
  const job = { url, path: '/v1/execute', headers: {}, bodies, connections: 64 };
  const { failed } = await send(perSecond === undefined ? job : { ...job, perSecond });
  if (failed > 0) throw new Error(`${failed} of ${bodies.length} selections failed.`);
}
