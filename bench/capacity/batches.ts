import { LINGER_MS } from '@learning-loop/queue/producer/publisher';
import type { Costs, Demands } from './demands.ts';

const beatSeconds = LINGER_MS / 1_000;

/**
 * Batches for each selection, in ]0, 1], when a gateway gets `perSecond` of them at random times (Poisson). A batch is
 * begun a beat T after the last one, or with the next arrival when there was none within T, which has the chance e^−λT:
 * the mean time between batches is T + e^−λT / λ (renewal theory; Cox, 1962).
 */
export function batchesPerSelection(perSecond: number): number {
  const load = perSecond * beatSeconds;
  return 1 / (load + Math.exp(-load));
}

/**
 * What a selection costs where a gateway gets `perSecond`: a part of it is paid for each selection and a part for each
 * batch, so that it is linear in the batches for a selection, and two samples tell both parts. Workers join batches as
 * well, which can make the first part seem less than nothing: beyond the samples it is nothing then.
 */
export function demandsAt(perSecond: number, { samples: [low, high] }: Costs): Demands {
  const [from, to] = [batchesPerSelection(low.perSecond), batchesPerSelection(high.perSecond)];
  const here = batchesPerSelection(perSecond);
  const between = (a: number, b: number) => {
    const linear = a + ((b - a) * (here - from)) / (to - from);
    return here < to ? Math.max(linear, (b * here) / to) : linear;
  };
  const apps = Object.entries(low.demands.cpuSeconds).map(([app, seconds]) => [
    app,
    between(seconds, high.demands.cpuSeconds[app] ?? seconds),
  ]);
  const part = (name: Exclude<keyof Demands, 'cpuSeconds'>) => between(low.demands[name], high.demands[name]);
  return {
    cpuSeconds: Object.fromEntries(apps),
    redisCpuSeconds: part('redisCpuSeconds'),
    redisCommands: part('redisCommands'),
    postgresCpuSeconds: part('postgresCpuSeconds'),
    postgresCommits: part('postgresCommits'),
    postgresIo: part('postgresIo'),
    walBytes: part('walBytes'),
    storedBytes: part('storedBytes'),
    logBytes: part('logBytes'),
  };
}
