import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { unexpected } from '../harness/measure.ts';
import { startRedis } from '../harness/redis-server.ts';

const HOUR_S = 3_600;
const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

/** The wall clock of every process but Postgres's jumps while it runs; timers go on as they did. */
export const clockJumps: Fault = {
  number: 11,
  name: 'clock jumps of ± 1 hour',
  needs: ['faketime'],
  async run({ size, start, directory }) {
    const clock = path.join(directory, 'clock');
    await writeFile(clock, '+0');
    const fake = {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    const words = Object.entries(fake).map(([name, value]) => `${name}=${value}`);
    const redis = await startRedis(path.join(directory, 'redis'), { prefix: ['env', ...words] });
    const system = await start({ redis, env: { all: fake } });
    await system.ready();
    const load = startLoad(system.urls, { perSecond: size.short ? 100 : 150 });
    const jumps = [HOUR_S, 0, -HOUR_S, 0];
    let recoveryMs = 0;
    for (const [n, offset] of jumps.entries()) {
      await load.reached((size.picks * (n + 0.7)) / jumps.length);
      await writeFile(clock, `${offset < 0 ? '' : '+'}${offset}`);
      await sleep(2_000);
      recoveryMs = Math.max(recoveryMs, await system.caughtUp());
    }
    await load.reached(size.picks);
    await load.stop();
    recoveryMs = Math.max(recoveryMs, await system.caughtUp());
    const notes = 'an hour forth, back, back and forth, under load; Redis too';
    return { system, accepted: load.accepted, recoveryMs, notes, broken: unexpected(load.attempts, [200]) };
  },
};
