import { setTimeout as sleep } from 'node:timers/promises';
import { until } from 'standalone/demo/wait';
import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { checkAllAnswered, executeP99 } from '../harness/measure.ts';
import type { System } from '../harness/system.ts';

const MOVES_MS = 10_000;

export const redisAway: Fault = {
  number: 3,
  name: 'Redis stopped',
  short: true,
  async run({ size, start }) {
    const awayMs = size.short ? 10_000 : 60_000;
    const system = await start();
    await system.ready();
    const load = startLoad(system.urls, { perSecond: size.short ? 45 : 100 });
    // The slow first calls of a process would distort the comparison.
    await load.reached(size.selections / 8);
    const warm = performance.now();
    await load.reached(size.selections / 4);
    const stopped = performance.now();
    const before = executeP99(load.attempts, warm, stopped);
    await system.redis.stop();
    await sleep(awayMs);
    const during = executeP99(load.attempts, stopped, performance.now());
    const waiting = await system.column('select event_id as id from outbox where cardinality(pending) = 3');
    await system.redis.start();
    const movedMs = await waitUntilMoved(system, waiting);
    const recoveryMs = await system.caughtUp();
    await load.reached(size.selections);
    await load.stop();
    const { broken, late } = checkAllAnswered(load.attempts);
    if (during > 2 * before) late.push('executes became slower');
    if (movedMs > MOVES_MS) late.push(`the backlog moved after ${Math.round(movedMs)} ms`);
    const notes =
      `away ${awayMs / 1000} s, all executes 2xx, their p99 ${Math.round(before)} ms before and ` +
      `${Math.round(during)} ms during; backlog moved after ${(movedMs / 1000).toFixed(1)} s`;
    return { system, accepted: load.accepted, recoveryMs, notes, broken, late };
  },
};

/** Resolves with the ms until the first waiting event is processed. */
async function waitUntilMoved(system: System, waiting: string[]): Promise<number> {
  const started = performance.now();
  const moved = async () => {
    const [left] = await system.column(
      'select count(*) as id from outbox where event_id = any($1) and cardinality(pending) = 3',
      [waiting],
    );
    return Number(left) < waiting.length ? performance.now() - started : null;
  };
  return until(moved, 60_000, `Nothing of ${waiting.length} events moved: ${system.directory}.`);
}
