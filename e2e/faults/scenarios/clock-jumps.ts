import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from 'standalone/demo/wait';
import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { describeUnexpected } from '../harness/measure.ts';
import { startPostgres } from '../harness/postgres-server.ts';
import type { System } from '../harness/system.ts';

const HOUR_S = 3_600;
const JUMPED_MS = 30_000;
const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

/** The wall clock of every process jumps, including Postgres's; monotonic timers do not. */
export const clockJumps: Fault = {
  number: 11,
  name: 'clock jumps of ± 1 hour',
  needs: ['faketime'],
  async run({ size, start, directory, use }) {
    const clock = path.join(directory, 'clock');
    await writeFile(clock, '+0');
    const fake = {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    const postgres = use(await startAsIn(fake, () => startPostgres(directory)));
    const system = await start({ postgres, env: { all: fake } });
    await system.ready();
    const load = startLoad(system.urls, { perSecond: size.short ? 100 : 150 });
    const jumps = [HOUR_S, 0, -HOUR_S, 0];
    let recoveryMs = 0;
    for (const [n, offset] of jumps.entries()) {
      await load.reached((size.selections * (n + 0.7)) / jumps.length);
      // The sweeper must find what Redis lost by timestamps that the jump has made wrong.
      await system.redis.command('FLUSHALL');
      await writeFile(clock, `${offset < 0 ? '' : '+'}${offset}`);
      await untilJumped(system, offset);
      recoveryMs = Math.max(recoveryMs, await system.caughtUp());
    }
    await load.reached(size.selections);
    await load.stop();
    recoveryMs = Math.max(recoveryMs, await system.caughtUp());
    const notes = 'an hour forth, back, back and forth under load, each with a FLUSHALL; Postgres too';
    return {
      system,
      accepted: load.accepted,
      recoveryMs,
      notes,
      broken: describeUnexpected(load.attempts, [200]),
    };
  },
};

/** Sets this process's environment while `begin` runs. */
async function startAsIn<T>(env: NodeJS.ProcessEnv, begin: () => Promise<T>): Promise<T> {
  Object.assign(process.env, env);
  try {
    return await begin();
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
  }
}

async function untilJumped(system: System, offsetS: number): Promise<void> {
  const jumped = async () => {
    const [seconds] = await system.column('select extract(epoch from clock_timestamp()) as id');
    return Math.abs(Number(seconds) - Date.now() / 1_000 - offsetS) < 60 ? true : null;
  };
  await until(jumped, JUMPED_MS, `The clock of Postgres does not jump by ${offsetS} s.`);
}
