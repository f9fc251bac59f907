import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { countStatuses, describeUnexpected } from '../harness/measure.ts';

export const rollingRestart: Fault = {
  number: 21,
  name: 'rolling restart of everything under load, two gateways',
  async run({ size, start }) {
    const rounds = size.short ? 1 : 4;
    const system = await start({ replicas: { gateway: 2 } });
    await system.ready();
    const load = startLoad(system.urls, { perSecond: size.short ? 100 : 200 });
    const codes = new Set<number | null>();
    for (let round = 1; round <= rounds; round++) {
      await load.reached((size.selections * (round - 0.5)) / rounds);
      for (const one of system.all()) {
        codes.add(await one.restart());
        await system.ready();
      }
    }
    await load.reached(size.selections);
    await load.stop();
    const recoveryMs = await system.caughtUp();
    // Calls to a closed port go to the other gateway, so no response is acceptable.
    const broken = describeUnexpected(load.attempts, [200, 0]);
    if (codes.size !== 1 || !codes.has(0)) broken.push(`exit codes ${[...codes].join(', ')}`);
    const elsewhere = countStatuses(load.attempts).get(0) ?? 0;
    const notes = `${rounds} × all processes, exit code 0; no 5xx, ${elsewhere} calls went to the other gateway`;
    return { system, accepted: load.accepted, recoveryMs, notes, broken };
  },
};
