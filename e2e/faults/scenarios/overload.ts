import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '@learning-loop/service/observability/quantile';
import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { measureMemory } from '../harness/measure.ts';
import { slowDownMemory } from '../harness/slow-memory.ts';

const MOST_ERRORS = 0.001;
const CALLERS = 24;
const NO_PACE = 1_000_000;

/**
 * Saturates the system, then doubles the callers, none of which pauses. The memory worker can process half of the
 * load: queues must grow, and drain afterwards.
 */
export const overload: Fault = {
  number: 20,
  name: '2 × overload',
  async run({ size, start }) {
    const lastsMs = size.short ? 15_000 : 120_000;
    const system = await start();
    await system.ready();
    const saturating = startLoad(system.urls, { perSecond: NO_PACE, connections: CALLERS });
    const began = performance.now();
    await saturating.reached(size.selections / 10);
    await saturating.stop();
    const capacity = saturating.accepted.length / ((performance.now() - began) / 1_000);
    await system.caughtUp();
    await slowDownMemory(system, 2_000 / capacity);

    const load = startLoad(system.urls, { perSecond: NO_PACE, connections: 2 * CALLERS });
    await sleep(lastsMs);
    await load.reached(size.selections);
    await load.stop();
    const [backlog] = await system.column('select count(*) as id from outbox');
    const biggest = Math.max(...measureMemory(system).values());
    const recoveryMs = await system.caughtUp();
    const failed = load.attempts.filter(({ status }) => status !== 200).length;
    const errors = failed / load.attempts.length;
    const p99 = quantile(
      load.attempts.map(({ ms }) => ms),
      0.99,
    );
    const notes =
      `${2 * CALLERS} callers without a pause for ${lastsMs / 1000} s where ${CALLERS} made ${Math.round(capacity)} picks a second, twice of what memory learned; ` +
      `${(errors * 100).toFixed(2)} % errors, p99 ${Math.round(p99)} ms, ${backlog} events behind at the end, biggest process ${biggest} MB`;
    const broken = errors > MOST_ERRORS ? [`${failed} of ${load.attempts.length} calls failed`] : [];
    if (Number(backlog) === 0) broken.push('nothing was left to drain: it was no overload');
    return { system, accepted: [...saturating.accepted, ...load.accepted], recoveryMs, notes, broken };
  },
};
