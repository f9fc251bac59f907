import { Counter, Gauge, type Registry } from 'prom-client';
import { consumers, type Publisher } from './producer/publisher.ts';

/** Dashboards may read /metrics often; the queues are asked at most this often. */
const FRESH_MS = 5_000;

/**
 * BullMQ's own export as part of the registry: jobs by queue and state, and on Redis what was finished and failed.
 * A queue that is away is left out. A second sweeper of a process adds nothing.
 */
export function exportBullmq(registry: Registry, publisher: Pick<Publisher, 'exported'>): void {
  if (registry.getSingleMetric('bullmq_job_count')) return;
  let until = 0;
  let asked: Promise<unknown> = Promise.resolve();
  const collect = () => {
    if (performance.now() < until) return asked;
    until = performance.now() + FRESH_MS;
    asked = ask();
    return asked;
  };
  const registers = [registry];
  const labelNames = ['queue', 'state'];
  const help = 'Jobs in a queue by state, as BullMQ counts them.';
  const jobs = new Gauge({
    ...{ name: 'bullmq_job_count', help, labelNames, registers },
    // All series are asked for at once, with the first.
    collect: async () => void (await collect()),
  });
  const [completed, failed] = (['completed', 'failed'] as const).map((outcome) => {
    const name = `bullmq_job_${outcome}_total`;
    return new Counter({
      ...{ name, help: `Attempts that ${outcome}, as BullMQ counts them.`, registers },
      labelNames: ['queue'],
    });
  });

  async function ask(): Promise<void> {
    const texts = await Promise.allSettled(consumers.map((consumer) => publisher.exported(consumer)));
    for (const metric of [jobs, completed, failed]) metric?.reset();
    for (const text of texts) if (text.status === 'fulfilled') show(text.value);
  }

  function show(text: string): void {
    for (const { name, queue, state, value } of parse(text)) {
      if (name === 'bullmq_job_count') jobs.set({ queue, state }, value);
      // The Postgres engine does not count what is finished; that is not 0.
      else if (value > 0) (name.includes('completed') ? completed : failed)?.inc({ queue }, value);
    }
  }
}

const line =
  /^(?<name>bullmq_\w+)\{queue="(?<queue>[^"]*)"(?:, state="(?<state>[^"]*)")?\} (?<value>\S+)$/gmu;

function parse(text: string) {
  return [...text.matchAll(line)].map(
    ({ groups: { name = '', queue = '', state = '', value = '' } = {} }) => ({
      ...{ name, queue, state },
      value: Number(value),
    }),
  );
}
