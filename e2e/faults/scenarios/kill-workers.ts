import { setTimeout as sleep } from 'node:timers/promises';
import { until } from 'standalone/demo/wait';
import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import type { Supervised } from '../harness/supervise.ts';
import { type System, workers } from '../harness/system.ts';
import { tail } from '../harness/tail.ts';

const LEARNING_MS = 180_000;
const learned = /training_data_logged|goal_learned|persona_updated/;

export const killWorkers: Fault = {
  number: 1,
  name: 'kill -9 of each worker, again and again',
  short: true,
  async run({ size, start }) {
    const kills = size.short ? 3 : 50;
    const system = await start();
    await system.ready();
    const load = startLoad(system.urls, { perSecond: size.short ? 60 : 250 });
    await Promise.all(
      workers.flatMap((app) => system.of(app).map((worker) => killWhileLearning(system, worker, kills))),
    );
    await load.reached(size.selections);
    await load.stop();
    const recoveryMs = await system.caughtUp();
    return { system, accepted: load.accepted, recoveryMs, notes: `${kills} kills of each`, broken: [] };
  },
};

/** Kills the worker whenever it has started to process events, which the next one takes over. */
async function killWhileLearning(system: System, worker: Supervised, kills: number): Promise<void> {
  const log = await tail(worker.log);
  for (let kill = 1; kill <= kills; kill++) {
    const learning = async () => (learned.test(await log()) && worker.lives() === kill ? true : null);
    await until(learning, LEARNING_MS, `${worker.name} does not learn; see ${system.directory}.`);
    await sleep(Math.random() * 100);
    await worker.kill();
  }
}
