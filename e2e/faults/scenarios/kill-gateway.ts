import path from 'node:path';
import type { Fault } from '../fault.ts';
import { type Accepted, startLoad } from '../harness/load.ts';
import { startRedis } from '../harness/redis-server.ts';
import type { System } from '../harness/system.ts';
import { startProxy, type TcpProxy } from '../harness/tcp-proxy.ts';

/** With the gateway cut off from Redis, every selection is committed and not published. */
export const killGateway: Fault = {
  number: 2,
  name: 'kill -9 of the gateway between commit and publish',
  short: true,
  async run({ size, start, directory, use }) {
    const redis = await startRedis(path.join(directory, 'redis'));
    const proxy = use(await startProxy(redis.port));
    const env = { gateway: { REDIS_URL: `redis://127.0.0.1:${proxy.port}` } };
    const system = await start({ redis, env });
    const rounds = size.short ? 2 : 10;
    const accepted: Accepted[] = [];
    const broken: string[] = [];
    let recoveryMs = 0;
    for (let round = 1; round <= rounds; round++) {
      const count = Math.ceil(size.selections / rounds);
      const killed = await killUnpublished(system, proxy, count);
      accepted.push(...killed.accepted);
      if (killed.published > 0) broken.push(`${killed.published} were published before the kill`);
      recoveryMs = Math.max(recoveryMs, await system.caughtUp());
    }
    return { system, accepted, recoveryMs, notes: `${rounds} kills, nothing published before them`, broken };
  },
};

async function killUnpublished(system: System, proxy: TcpProxy, count: number) {
  await system.ready();
  // The sweeper would publish old events.
  for (const trainer of system.of('trainer')) trainer.send('SIGSTOP');
  proxy.hold();
  const load = startLoad(system.urls, { perSecond: 1_000, connections: 24 });
  await load.reached(count);
  for (const gateway of system.of('gateway')) await gateway.kill();
  const committed = load.accepted.map(({ event_id }) => event_id);
  const [pending] = await system.column(
    'select count(*) as id from outbox where event_id = any($1) and cardinality(pending) = 3',
    [committed],
  );
  for (const trainer of system.of('trainer')) trainer.send('SIGCONT');
  proxy.release();
  await load.stop();
  return { accepted: load.accepted, published: committed.length - Number(pending) };
}
