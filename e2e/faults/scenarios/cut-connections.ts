import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { countStatuses, describeUnexpected } from '../harness/measure.ts';

const PAUSE_MS = 20;

export const cutConnections: Fault = {
  number: 7,
  name: 'Postgres connections killed one by one',
  async run({ size, start }) {
    const system = await start();
    await system.ready();
    const load = startLoad(system.urls, { perSecond: 200 });
    let killed = 0;
    while (load.accepted.length < size.selections) {
      const ours = 'datname = current_database() and pid <> pg_backend_pid() and application_name <> $1';
      const [row] = await system.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where ${ours} order by random() limit 1`,
        [''],
      );
      if (row) killed += 1;
      await sleep(PAUSE_MS);
    }
    await load.stop();
    const recoveryMs = await system.caughtUp();
    const refused = countStatuses(load.attempts).get(503) ?? 0;
    const notes = `${killed} connections killed, ${refused} × 503, no other error`;
    return {
      system,
      accepted: load.accepted,
      recoveryMs,
      notes,
      broken: describeUnexpected(load.attempts, [200, 503]),
    };
  },
};
