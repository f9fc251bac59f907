import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { describeUnexpected } from '../harness/measure.ts';

export const replicas: Fault = {
  number: 19,
  name: 'two replicas of each worker and two sweepers, one of each killed',
  async run({ size, start }) {
    const two = { 'training-log-worker': 2, 'memory-worker': 2, 'persona-worker': 2, trainer: 2 };
    const system = await start({ replicas: two });
    await system.ready();
    const load = startLoad(system.urls, { perSecond: 250 });
    await load.reached(size.selections / 3);
    // All pending events must be published again; both sweepers compete for them.
    await system.redis.command('FLUSHALL');
    await load.reached(size.selections / 2);
    await Promise.all(
      (['training-log-worker', 'memory-worker', 'persona-worker', 'trainer'] as const).map((app) =>
        system.of(app)[0]?.kill(),
      ),
    );
    const recoveryMs = await system.caughtUp();
    await load.reached(size.selections);
    await load.stop();
    const notes = 'FLUSHALL under two sweepers, then kill -9 of one replica of each';
    return {
      system,
      accepted: load.accepted,
      recoveryMs,
      notes,
      broken: describeUnexpected(load.attempts, [200]),
    };
  },
};
