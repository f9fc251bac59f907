import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { describeUnexpected } from '../harness/measure.ts';
import { startPostgres } from '../harness/postgres-server.ts';
import { startProxy } from '../harness/tcp-proxy.ts';

const RECOVERY_MS = 15_000;
const ANSWER_MS = 1_000;

export const postgresCrash: Fault = {
  number: 6,
  name: 'Postgres restarted in immediate mode',
  short: true,
  async run({ size, start, directory, use }) {
    const crashes = size.short ? 2 : 5;
    // Other faults use the shared server.
    const postgres = use(await startPostgres(directory));
    const proxy = use(await startProxy(postgres.port));
    const through = (url: string) => url.replace(`:${postgres.port}/`, `:${proxy.port}/`);
    const system = await start({ postgres, gatewayDatabaseUrl: through });
    await system.ready();
    const load = startLoad(system.urls, { perSecond: size.short ? 80 : 200 });
    let recoveryMs = 0;
    for (let crash = 1; crash <= crashes; crash++) {
      await load.reached((size.selections * crash) / (crashes + 1));
      await postgres.crash();
      await sleep(2_000);
      await postgres.start();
      recoveryMs = Math.max(recoveryMs, await system.caughtUp());
    }
    // A silent network, which must not block requests forever.
    proxy.hold();
    await sleep(3_000);
    proxy.release();
    await load.reached(size.selections);
    await load.stop();
    const broken = describeUnexpected(load.attempts, [200, 503]);
    const refusals = load.attempts.filter(({ status }) => status === 503);
    const slowest = Math.max(...refusals.map(({ ms }) => ms));
    const mute = refusals.filter(({ retryAfter }) => !retryAfter).length;
    if (mute > 0) broken.push(`${mute} × 503 without Retry-After`);
    const late: string[] = [];
    if (slowest > ANSWER_MS) late.push(`a 503 took ${Math.round(slowest)} ms`);
    if (recoveryMs > RECOVERY_MS) late.push('the recovery took too long');
    const notes = `${crashes} crashes of 2 s and 3 s of silence: ${refusals.length} × 503, the slowest after ${Math.round(slowest)} ms, no other error`;
    return { system, accepted: load.accepted, recoveryMs, notes, broken, late };
  },
};
