import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { memoryOf } from '../harness/measure.ts';
import { slowMemory } from '../harness/slow-memory.ts';
import type { System } from '../harness/system.ts';

/** What a pick costs the memory worker is one or two ms: ten times as long, and all consumers but one go on as before. */
const SLOWER_MS = 20;
const MOST_GROWTH_MB = 250;
/** As in the images: without a bound a process grows while there is memory, whatever it needs. */
const boundedHeap = { NODE_OPTIONS: '--max-old-space-size=512' };

export const slowConsumer: Fault = {
  number: 16,
  name: 'one consumer 10 times slower than the others',
  async run({ size, start }) {
    const system = await start({ env: { all: boundedHeap } });
    await system.ready();
    const load = startLoad(system.urls, { perSecond: 150 });
    await load.reached(size.picks / 5);
    const before = memoryOf(system);
    const hurry = await slowMemory(system, SLOWER_MS);
    await load.reached(size.picks);
    await load.stop();
    const behind = await owed(system);
    const grown = [...memoryOf(system)].map(([name, mb]) => ({ name, by: mb - (before.get(name) ?? mb) }));
    const most = grown.reduce((a, b) => (b.by > a.by ? b : a));
    await hurry();
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

async function owed(system: System): Promise<{ memory: number; others: number }> {
  const [row] = await system.query(
    `select count(*) filter (where 'memory' = any(pending))::int as memory,
      count(*) filter (where 'training-log' = any(pending) or 'persona' = any(pending))::int as others
    from outbox where event = 'hypothesis.selected'`,
  );
  return { memory: Number(row?.['memory']), others: Number(row?.['others']) };
}
