import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { statuses, unexpected } from '../harness/measure.ts';
import { startProxy } from '../harness/tcp-proxy.ts';

const RECOVERY_MS = 15_000;
/** A second is promised; the rest is what a busy machine may add. */
const ANSWER_MS = 2_500;

export const postgresCrash: Fault = {
  number: 6,
  name: 'Postgres restarted in immediate mode',
  short: true,
  async run({ size, start, postgres, use }) {
    const crashes = size.short ? 2 : 5;
    const proxy = use(await startProxy(postgres.port));
    const through = (url: string) => url.replace(`:${postgres.port}/`, `:${proxy.port}/`);
    const system = await start({ gatewayDatabaseUrl: through });
    await system.ready();
    const load = startLoad(system.urls, { perSecond: size.short ? 80 : 200 });
    let recoveryMs = 0;
    for (let crash = 1; crash <= crashes; crash++) {
      await load.reached((size.picks * crash) / (crashes + 1));
      await postgres.crash();
      await sleep(2_000);
      await postgres.start();
      recoveryMs = Math.max(recoveryMs, await system.caughtUp());
    }
    // The network falls silent, rather than refusing: nobody may wait for it for ever.
    proxy.hold();
    await sleep(3_000);
    proxy.release();
    await load.reached(size.picks);
    await load.stop();
    const broken = unexpected(load.attempts, [200, 503]);
    const slowest = Math.max(...load.attempts.filter(({ status }) => status === 503).map(({ ms }) => ms));
    if (slowest > ANSWER_MS) broken.push(`a 503 took ${Math.round(slowest)} ms`);
    if (recoveryMs > RECOVERY_MS) broken.push('the recovery took too long');
    const refused = statuses(load.attempts).get(503) ?? 0;
    const notes = `${crashes} crashes of 2 s and 3 s of silence: ${refused} × 503, the slowest after ${Math.round(slowest)} ms, no other error`;
    return { system, accepted: load.accepted, recoveryMs, notes, broken };
  },
};
