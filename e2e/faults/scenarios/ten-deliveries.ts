import { connectPublisher, type Publisher } from '@learning-loop/queue/producer/publisher';
import pino from 'pino';
import { Registry } from 'prom-client';
import { until } from 'standalone/demo/wait';
import type { Fault } from '../fault.ts';
import { type Accepted, startLoad } from '../harness/load.ts';
import type { System } from '../harness/system.ts';

const DELIVERIES = 10;
/** A queue accepts 20,000 jobs. */
const WAVE = 1_000;
const AT_ONCE = 500;
const PUBLISHED_MS = 30_000;
/** Nothing listens there, so the gateway publishes nothing and all deliveries are the test's. */
const nowhere = 'redis://127.0.0.1:9';

export const tenDeliveries: Fault = {
  number: 14,
  name: 'the same event delivered 10 times at once',
  short: true,
  async run({ size, start, use }) {
    const replicas = { 'training-log-worker': 2, 'memory-worker': 2, 'persona-worker': 2 };
    const env = { gateway: { REDIS_URL: nowhere } };
    const system = await start({ replicas, env, later: ['trainer'] });
    await system.ready();
    const queue = { redisUrl: system.redis.url, databaseUrl: system.databaseUrl };
    const publisher = use(connectPublisher(queue, pino({ level: 'silent' }), new Registry()));
    const accepted: Accepted[] = [];
    let recoveryMs = 0;
    while (accepted.length < size.selections) {
      const load = startLoad(system.urls, { perSecond: 400 });
      await load.reached(WAVE);
      await load.stop();
      accepted.push(...load.accepted);
      recoveryMs = Math.max(recoveryMs, await deliver(system, publisher, load.accepted));
    }
    // Events that the loop emits itself are published by the sweeper.
    for (const trainer of system.of('trainer')) trainer.start();
    const notes = `${DELIVERIES} × ${accepted.length} deliveries to two workers of each kind`;
    return { system, accepted, recoveryMs, notes, broken: [] };
  },
};

/** Each event ten times, in separate concurrent jobs. */
async function deliver(system: System, publisher: Publisher, accepted: Accepted[]): Promise<number> {
  const refs = accepted.flatMap(({ event_id }) =>
    Array.from({ length: DELIVERIES }, (_, round) => ({
      event: 'hypothesis.selected' as const,
      event_id,
      round,
    })),
  );
  for (let from = 0; from < refs.length; from += AT_ONCE) {
    const publish = () => publisher.publish(refs.slice(from, from + AT_ONCE));
    const tryPublish = () =>
      publish().then(
        () => true,
        () => null,
      );
    await until(tryPublish, PUBLISHED_MS, 'Redis takes no jobs.');
  }
  return system.caughtUp();
}
