import { setTimeout as sleep } from 'node:timers/promises';
import { until } from 'standalone/demo/wait';
import type { Supervised } from './supervise.ts';
import type { System } from './system.ts';

const WAIT_MS = 120_000;
/** Between two pauses. */
const LOOKS = 100;
/** A signal needs it to reach a process, and Postgres to note what the process had sent. */
const SETTLE_MS = 50;

/** It may do much within the time of a signal: so it is stopped, looked at, and let go, until it is hit. */
export async function stopInTransaction(system: System, { name, send }: Supervised): Promise<void> {
  const inTransaction = async () => {
    const pids = await system.column(
      "select pid as id from pg_stat_activity where application_name = $1 and state = 'idle in transaction'",
      [name],
    );
    return pids.length > 0;
  };
  const hit = async () => {
    for (let looks = 1; !(await inTransaction()); looks++) if (looks === LOOKS) return null;
    send('SIGSTOP');
    await sleep(SETTLE_MS);
    if (await inTransaction()) return true;
    send('SIGCONT');
    return null;
  };
  await until(hit, WAIT_MS, `${name} is never within a transaction; see ${system.directory}.`);
}

/** It connects anew and works again, or ends and is restarted. */
export async function goOn(system: System, { name, send }: Supervised): Promise<void> {
  const [from = ''] = await system.column('select clock_timestamp()::text as id');
  send('SIGCONT');
  const works = async () => {
    const pids = await system.column(
      'select pid as id from pg_stat_activity where application_name = $1 and query_start > $2::timestamptz',
      [name, from],
    );
    return pids.length > 0 ? true : null;
  };
  await until(works, WAIT_MS, `${name} does nothing after it was frozen; see ${system.directory}.`);
}
