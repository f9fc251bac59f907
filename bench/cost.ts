import { openStage, type Stage } from './environment/environment.ts';
import { type Usage, usageOf } from './environment/process-usage.ts';
import type { Running } from './environment/processes.ts';
import { untilLearned } from './environment/until-learned.ts';
import { openInteractions, pickOf } from './interactions.ts';
import { send } from './load/send.ts';
import type { Figure } from './metric.ts';

const users = 1_000;
const atOnce = 10_000;
/** By then the heaps are full: the training-log worker's fills until 40,000. */
const selections = 40_000;
/** With the heap that each has in its image, in the pod of the chart: half of its memory, in MB. */
const heapsMb = { gateway: 512, 'training-log-worker': 192, 'memory-worker': 192, 'persona-worker': 192 };

/** Memory of each process at rest and after load, whether it goes on growing, and its CPU for 1,000 selections. */
export async function cost(): Promise<Figure[]> {
  await using stage = await openStage();
  const processes: (Running & { name: string; url: string })[] = [];
  for (const [name, mb] of Object.entries(heapsMb)) {
    const env = { NODE_OPTIONS: `--max-old-space-size=${mb}` };
    processes.push({ name, ...(await stage.app(name, env)) });
  }
  const read = async () => await Promise.all(processes.map(({ pid }) => usageOf(pid)));
  const url = processes[0]?.url ?? '';
  const atRest = await read();
  await load(stage, url, selections);
  const once = await read();
  await load(stage, url, 2 * selections);
  const thrice = await read();
  return processes.map(({ name }, index) => figureOf(name, atRest[index], once[index], thrice[index]));
}

function figureOf(name: string, atRest?: Usage, once?: Usage, thrice?: Usage): Figure {
  if (!atRest || !once || !thrice) throw new Error(`${name} was not measured`);
  return {
    name: `${name}: memory after ${3 * selections} selections against after ${selections}`,
    ratio: thrice.rssMb / once.rssMb,
    goal: { atMost: 1.2 },
    details: {
      rest_mb: atRest.rssMb,
      loaded_mb: thrice.rssMb,
      cpu_s_per_1000: ((thrice.cpuSeconds - once.cpuSeconds) * 1000) / (2 * selections),
    },
  };
}

async function load(stage: Stage, url: string, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += atOnce) {
    const bodies = (await openInteractions(stage.db, atOnce, users)).map(pickOf);
    await send({ url, path: '/v1/execute', headers: {}, bodies, connections: 64 });
    await untilLearned(stage.db);
  }
}
