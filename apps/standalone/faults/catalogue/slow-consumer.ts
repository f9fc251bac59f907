import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { memoryOf } from '../harness/measure.ts';
import type { System } from '../harness/system.ts';

/** A memory takes about a millisecond to write; ten times as long, and all consumers but one go on as before. */
const slow = [
  `create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(0.01); return new; end $$`,
  'create trigger dawdle before insert on memories for each row execute function dawdle()',
];
const MOST_GROWTH_MB = 250;

export const slowConsumer: Fault = {
  number: 16,
  name: 'one consumer 10 times slower than the others',
  async run({ size, start }) {
    const system = await start();
    await system.ready();
    const load = startLoad(system.urls, { perSecond: 150 });
    await load.reached(size.picks / 5);
    const before = memoryOf(system);
    for (const statement of slow) await system.query(statement);
    await load.reached(size.picks);
    await load.stop();
    const behind = await owed(system);
    const growth = Math.max(...[...memoryOf(system)].map(([pid, mb]) => mb - (before.get(pid) ?? mb)));
    await system.query('drop trigger dawdle on memories');
    const recoveryMs = await system.caughtUp();
    const broken: string[] = [];
    const others = behind.others / load.accepted.length;
    if (behind.memory === 0) broken.push('the memory worker was not slower');
    if (others > 0.05) broken.push(`the others were ${behind.others} events behind`);
    if (growth > MOST_GROWTH_MB) broken.push(`a process grew by ${growth} MB`);
    const notes = `memory ${behind.memory} events behind, the others ${behind.others}; no process grew by more than ${Math.max(0, growth)} MB`;
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
