import { type Environment, openEnvironment } from './environment/environment.ts';
import { type ProcessUsage, readProcessUsage } from './environment/process-usage.ts';
import type { Running } from './environment/processes.ts';
import { untilLearned } from './environment/until-learned.ts';
import { openInteractions, toExecuteBody } from './interactions.ts';
import { send } from './load/send.ts';
import type { Metric } from './metric.ts';

const users = 1_000;
const atOnce = 10_000;
/** By then the heaps are full: the training-log worker's fills until 40,000. */
const selections = 40_000;
/** With the heap that each has in its image, in the pod of the chart: half of its memory, in MB. */
const heapsMb = { gateway: 512, 'training-log-worker': 192, 'memory-worker': 192, 'persona-worker': 192 };

/** Memory of each process at rest and after load, whether it goes on growing, and its CPU for 1,000 selections. */
export async function cost(): Promise<Metric[]> {
  await using environment = await openEnvironment();
  const processes: (Running & { name: string; url: string })[] = [];
  for (const [name, mb] of Object.entries(heapsMb)) {
    const env = { NODE_OPTIONS: `--max-old-space-size=${mb}` };
    processes.push({ name, ...(await environment.app(name, env)) });
  }
  const read = async () => await Promise.all(processes.map(({ pid }) => readProcessUsage(pid)));
  const url = processes[0]?.url ?? '';
  const atRest = await read();
  await load(environment, url, selections);
  const once = await read();
  await load(environment, url, 2 * selections);
  const thrice = await read();
  return processes.map(({ name }, index) => toMetric(name, atRest[index], once[index], thrice[index]));
}

function toMetric(name: string, atRest?: ProcessUsage, once?: ProcessUsage, thrice?: ProcessUsage): Metric {
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

async function load(environment: Environment, url: string, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += atOnce) {
    const bodies = (await openInteractions(environment.db, atOnce, users)).map(toExecuteBody);
    await send({ url, path: '/v1/execute', headers: {}, bodies, connections: 64 });
    await untilLearned(environment.db);
  }
}
