import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { checkAllAnswered } from '../harness/measure.ts';
import { startRedis } from '../harness/redis-server.ts';

export const startWithoutRedis: Fault = {
  number: 18,
  name: 'started with Redis away',
  async run({ size, start, directory }) {
    const redis = await startRedis(path.join(directory, 'redis'));
    await redis.stop();
    const system = await start({ redis });
    await system.ready();
    const load = startLoad(system.urls, { perSecond: 200 });
    await load.reached(size.selections / 2);
    const broken: string[] = [];
    const live = await Promise.all(system.urls.map((url) => fetch(`${url}/livez`)));
    if (!live.every(({ ok }) => ok)) broken.push('a gateway is not live');
    const ready = await (await fetch(`${system.urls[0]}/readyz`)).text();
    if (!ready.includes('"degraded"')) broken.push(`/readyz says ${ready}`);
    const restarts = system.all().filter((one) => one.lives() > 1).length;
    if (restarts > 0) broken.push(`${restarts} processes ended`);
    await sleep(1_000);
    await redis.start();
    const recoveryMs = await system.caughtUp();
    await load.reached(size.selections);
    await load.stop();
    const { late, ...answered } = checkAllAnswered(load.attempts);
    broken.push(...answered.broken);
    const notes = 'live and serving, degraded in /readyz; recovery from the moment Redis came';
    return { system, accepted: load.accepted, recoveryMs, notes, broken, late };
  },
};
