import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Fault } from '../fault.ts';
import { type Load, startLoad } from '../harness/load.ts';
import { checkAllAnswered } from '../harness/measure.ts';
import { type System, workers } from '../harness/system.ts';
import { tail } from '../harness/tail.ts';

const LEAST_SHARE = 0.9;
/** Of the load; more is a backlog that grows. */
const MOST_PENDING_SECONDS = 5;
const SAMPLE_MS = 1_000;
const PER_SECOND = 50;
/** So many that histories stay short: long ones take longer to learn from, whatever Postgres keeps. */
const USERS = 10_000;

/** As a long dump, a forgotten transaction or a replication slot does: nothing settled meanwhile is vacuumed away. */
export const heldHorizon: Fault = {
  number: 23,
  name: 'the xmin horizon held, as by a long dump',
  async run({ size, start }) {
    const [heldMs, windowMs] = size.short ? [10_000, 4_000] : [600_000, 60_000];
    const system = await start();
    await system.ready();
    const load = startLoad(system.urls, { perSecond: PER_SECOND, users: USERS });
    const learning = await watchLearning(system, load);
    await load.reached(PER_SECOND * 4);
    const before = await learning.over(windowMs);
    const holder = new pg.Client({ connectionString: system.databaseUrl });
    holder.on('error', () => undefined);
    await holder.connect();
    await holder.query('begin isolation level repeatable read');
    await holder.query('select count(*) from outbox');
    await learning.over(heldMs - windowMs);
    const during = await learning.over(windowMs);
    await holder.query('rollback');
    await holder.end();
    await load.reached(size.selections);
    await load.stop();
    const recoveryMs = await system.caughtUp();
    const share = during.perSecond / before.perSecond;
    const { broken, late } = checkAllAnswered(load.attempts);
    if (share < LEAST_SHARE) late.push(`${percent(share)} of the selections before were learned in a second`);
    if (during.pending > MOST_PENDING_SECONDS * PER_SECOND)
      late.push(`up to ${during.pending} events were pending at the end`);
    const notes =
      `for ${heldMs / 1000} s; ${before.perSecond.toFixed(0)} selections learned a second before and ` +
      `${during.perSecond.toFixed(0)} in the last ${windowMs / 1000} s of it (${percent(share)}), at most ${before.pending} and ${during.pending} pending`;
    return { system, accepted: load.accepted, recoveryMs, notes, broken, late };
  },
};

const percent = (share: number) => `${Math.round(100 * share)} %`;

interface Learning {
  perSecond: number;
  /** Most at one time. */
  pending: number;
}

/** By the log: a look at the outbox would itself pass what cannot be vacuumed. */
async function watchLearning(system: System, load: Load): Promise<{ over(ms: number): Promise<Learning> }> {
  const logs = await Promise.all(workers.flatMap((app) => system.of(app)).map(({ log }) => tail(log)));
  let learned = 0;

  async function readOn(): Promise<void> {
    const texts = await Promise.all(logs.map((log) => log()));
    learned += texts.join('').match(/"msg":"learning_loop_complete"/g)?.length ?? 0;
  }

  return {
    async over(ms) {
      await readOn();
      const [from, started] = [learned, performance.now()];
      let pending = 0;
      while (performance.now() - started < ms) {
        await sleep(Math.min(SAMPLE_MS, ms));
        await readOn();
        pending = Math.max(pending, load.accepted.length - learned);
      }
      return { perSecond: ((learned - from) * 1_000) / (performance.now() - started), pending };
    },
  };
}
