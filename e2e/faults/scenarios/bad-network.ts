import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { countStatuses, describeUnexpected } from '../harness/measure.ts';
import { startRedis } from '../harness/redis-server.ts';
import { startProxy } from '../harness/tcp-proxy.ts';

const LATENCY_MS = 200;
/** Share of open connections, every second. */
const RESET = 0.05;

export const badNetwork: Fault = {
  number: 8,
  name: '200 ms latency and 5 % resets to Redis and to Postgres',
  async run({ size, start, postgres, directory, use }) {
    const lastsMs = size.short ? 10_000 : 60_000;
    const redis = await startRedis(path.join(directory, 'redis'));
    const toRedis = use(await startProxy(redis.port));
    const toPostgres = use(await startProxy(postgres.port));
    const system = await start({
      redis,
      redisUrl: () => `redis://127.0.0.1:${toRedis.port}`,
      databaseUrl: (url) => url.replace(`:${postgres.port}/`, `:${toPostgres.port}/`),
    });
    await system.ready();
    const load = startLoad(system.urls, { perSecond: 200, connections: 48 });
    await load.reached(size.selections / 3);
    const proxies = [toRedis, toPostgres];
    for (const proxy of proxies) proxy.delay(LATENCY_MS);
    const from = load.accepted.length;
    for (let ms = 0; ms < lastsMs; ms += 1_000) {
      await sleep(1_000);
      for (const proxy of proxies) proxy.reset(RESET);
    }
    const during = load.accepted.length - from;
    for (const proxy of proxies) proxy.delay(0);
    const recoveryMs = await system.caughtUp();
    await load.reached(size.selections);
    await load.stop();
    const refused = countStatuses(load.attempts).get(503) ?? 0;
    const notes = `for ${lastsMs / 1000} s, in which ${during} were accepted; ${refused} × 503, no other error`;
    return {
      system,
      accepted: load.accepted,
      recoveryMs,
      notes,
      broken: describeUnexpected(load.attempts, [200, 503]),
    };
  },
};
