import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { measureMemory } from '../harness/measure.ts';
import { slowDownMemory } from '../harness/slow-memory.ts';
import type { System } from '../harness/system.ts';

/** A selection normally takes the memory worker one or two ms. */
const SLOWER_MS = 20;
const MOST_GROWTH_MB = 250;
/** As in the images: unbounded heaps grow whatever they need. */
const boundedHeap = { NODE_OPTIONS: '--max-old-space-size=512' };

export const slowConsumer: Fault = {
  number: 16,
  name: 'one consumer 10 times slower than the others',
  async run({ size, start }) {
    const system = await start({ env: { all: boundedHeap } });
    await system.ready();
    const load = startLoad(system.urls, { perSecond: 150 });
    await load.reached(size.selections / 5);
    const before = measureMemory(system);
    const restoreSpeed = await slowDownMemory(system, SLOWER_MS);
    await load.reached(size.selections);
    await load.stop();
    const behind = await countPending(system);
    const grown = [...measureMemory(system)].map(([name, mb]) => ({
      name,
      by: mb - (before.get(name) ?? mb),
    }));
    const most = grown.reduce((a, b) => (b.by > a.by ? b : a));
    await restoreSpeed();
    const recoveryMs = await system.caughtUp();
    const broken: string[] = [];
    const others = behind.others / load.accepted.length;
    if (behind.memory === 0) broken.push('the memory worker was not slower');
    if (others > 0.05) broken.push(`the others were ${behind.others} events behind`);
    if (most.by > MOST_GROWTH_MB) broken.push(`${most.name} grew by ${most.by} MB`);
    const notes = `memory ${behind.memory} events behind, the others ${behind.others}; ${most.name} grew most, by ${most.by} MB`;
    return { system, accepted: load.accepted, recoveryMs, notes, broken };
  },
};

async function countPending(system: System): Promise<{ memory: number; others: number }> {
  const [row] = await system.query(
    `select count(*) filter (where 'memory' = any(pending))::int as memory,
      count(*) filter (where 'training-log' = any(pending) or 'persona' = any(pending))::int as others
    from outbox where event = 'hypothesis.selected'`,
  );
  return { memory: Number(row?.['memory']), others: Number(row?.['others']) };
}
