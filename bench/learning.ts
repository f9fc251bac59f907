import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { connectPublisher, type Publisher } from '@learning-loop/queue/producer/publisher';
import { Queue } from 'bullmq';
import pino from 'pino';
import { Registry } from 'prom-client';
import { acceptMany } from './accepted.ts';
import { type Environment, openEnvironment } from './environment/environment.ts';
import { withMachineUsage } from './environment/machine-usage.ts';
import { run } from './environment/processes.ts';
import { untilLearned } from './environment/until-learned.ts';
import { median } from './median.ts';
import type { Metric } from './metric.ts';

const rounds = 3;
const events = 10_000;
const users = 1_000;
const atOnce = 200;
const bareNames = ['bare-training-log', 'bare-memory', 'bare-persona'];

/** Events a second from published to learned by all three consumers, against as many no-op jobs on three queues. */
export async function learning(): Promise<Metric[]> {
  await using environment = await openEnvironment();
  const workers = ['training-log-worker', 'memory-worker', 'persona-worker'];
  const urls: string[] = [];
  for (const worker of workers) urls.push((await environment.app(worker)).url);
  await using publisher = connectPublisher(environment, pino({ level: 'silent' }), new Registry());
  await using bare = openBareQueues(environment);
  await measureLearning(environment, publisher, urls);
  await measureBare(bare.queues);
  const pairs = [];
  for (let round = 0; round < rounds; round += 1) {
    const ours = await measureLearning(environment, publisher, urls);
    pairs.push({ ours, bare: await measureBare(bare.queues) });
  }
  return [
    {
      name: 'learning: events a second through all three consumers, effects durable, against the bare queue',
      ratio: median(pairs.map(({ ours, bare }) => ours.perSecond / bare)),
      goal: { atLeast: 0.5 },
      details: {
        learned_per_second: median(pairs.map(({ ours }) => ours.perSecond)),
        bare_per_second: median(pairs.map(({ bare }) => bare)),
        accepted: events * (rounds + 1),
        ...(await parity(environment)),
      },
      meanwhile: pairs.at(-1)?.ours.meanwhile,
    },
  ];
}

/** Events a second from published to learned by all who have to, of events that are accepted before. */
export async function measureLearning(
  { db }: Environment,
  publisher: Publisher,
  urls: string[],
  count = events,
) {
  const ids = await acceptMany(db, count, users);
  return await withMachineUsage(urls, async () => {
    const start = performance.now();
    for (let at = 0; at < ids.length; at += atOnce) {
      const refs = ids
        .slice(at, at + atOnce)
        .map((event_id) => ({ event: 'hypothesis.selected' as const, event_id }));
      await publisher.publish(refs);
    }
    await untilLearned(db);
    return { perSecond: (count * 1000) / (performance.now() - start) };
  });
}

function openBareQueues({ redisUrl }: Environment) {
  const resources = new AsyncDisposableStack();
  const queues = bareNames.map((name) => {
    resources.use(run('bench/plain/worker.ts', [name], { REDIS_URL: redisUrl }));
    const queue = new Queue(name, {
      connection: { url: redisUrl },
      defaultJobOptions: { removeOnComplete: true },
    });
    resources.defer(() => queue.close());
    return queue;
  });
  return { queues, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

async function measureBare(queues: Queue[]): Promise<number> {
  const start = performance.now();
  for (let at = 0; at < events; at += atOnce) {
    const jobs = Array.from({ length: atOnce }, (_, n) => ({
      name: 'event',
      data: { event: 'e', event_id: `${at + n}` },
    }));
    await Promise.all(queues.map((queue) => queue.addBulk(jobs)));
  }
  while ((await countWaiting(queues)) > 0) await setTimeout(10);
  return (events * 1000) / (performance.now() - start);
}

async function countWaiting(queues: Queue[]): Promise<number> {
  const counts = await Promise.all(queues.map((queue) => queue.getJobCountByTypes('waiting', 'active')));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What must be equal to what was accepted. */
export async function parity({ db, trainingDataDir }: Environment) {
  const log = await readFile(path.join(trainingDataDir, 'hypotheses_data.jsonl'), 'utf8');
  const ids = new Set(
    log
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).event_id),
  );
  const history = await db.selectFrom('memories').select('memory_id').where('type', '=', 'history').execute();
  const updates = await db.selectFrom('persona_updates').select('event_id').execute();
  return { in_training_log: ids.size, in_history: history.length, persona_updates: updates.length };
}
