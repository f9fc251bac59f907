import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { describeUnexpected } from '../harness/measure.ts';

export const redisEmpty: Fault = {
  number: 4,
  name: 'Redis back empty: FLUSHALL, then killed and started without its data',
  short: true,
  async run({ size, start }) {
    const rounds = size.short ? 1 : 4;
    const system = await start();
    await system.ready();
    const load = startLoad(system.urls, { perSecond: size.short ? 100 : 200 });
    for (let round = 1; round <= rounds; round++) {
      await load.reached((size.selections * (round - 0.7)) / rounds);
      await system.redis.command('FLUSHALL');
      await load.reached((size.selections * (round - 0.4)) / rounds);
      await system.redis.lose();
      await sleep(1_000);
      await system.redis.start();
    }
    const recoveryMs = await system.caughtUp();
    await load.reached(size.selections);
    await load.stop();
    const notes = `${rounds} × FLUSHALL and ${rounds} × started without data`;
    return {
      system,
      accepted: load.accepted,
      recoveryMs,
      notes,
      broken: describeUnexpected(load.attempts, [200]),
    };
  },
};
