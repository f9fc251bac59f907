import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';

const LONGEST_MS = 25_000;

export const stopWithoutRedis: Fault = {
  number: 17,
  name: 'SIGTERM of everything with Redis dead',
  async run({ size, start }) {
    const system = await start();
    await system.ready();
    const load = startLoad(system.urls, { perSecond: 250 });
    await load.reached(size.selections);
    await system.redis.kill();
    await load.stop();
    const took = await Promise.all(
      system.all().map(async (one) => {
        const started = performance.now();
        const code = await one.stop();
        return { name: one.name, code, ms: performance.now() - started };
      }),
    );
    const slowest = Math.max(...took.map(({ ms }) => ms));
    const broken = took
      .filter(({ ms, code }) => ms > LONGEST_MS || code === null)
      .map(({ name, ms, code }) => `${name} took ${Math.round(ms)} ms and ended with ${code}`);
    await system.redis.start();
    for (const one of system.all()) one.start();
    await system.ready();
    const recoveryMs = await system.caughtUp();
    const codes = [...new Set(took.map(({ code }) => code))].join(', ');
    const notes = `all gone within ${(slowest / 1000).toFixed(1)} s, exit codes ${codes}; recovery after the next start`;
    return { system, accepted: load.accepted, recoveryMs, notes, broken };
  },
};
