import type { Metric } from '../metric.ts';
import { demandsAt } from './batches.ts';
import type { Costs, Demands, Machine, Sample } from './demands.ts';
import { measureCosts, type Point } from './measure.ts';
import { limits, type Plan, planFor } from './plan.ts';
import { utilisation } from './queueing.ts';

/** Where a selection mostly has a batch of its own, and where some five share one. */
const calibrateAt = [20, 240] as const;
const checkedAt = [60, 120, 400];
const asked = [1_000, 10_000, 100_000];

/** A large server: 64 cores, and the most that a gp3 volume of AWS gives (16,000 operations and 1,000 MB/s). */
const machine: Machine = {
  postgresCores: 64,
  iops: 16_000,
  diskBytesPerSecond: 1_000 * 2 ** 20,
  redisMemoryBytes: 64 * 2 ** 30,
};
const comfort = { busyAtMost: 0.6, waitSecondsAtMost: 0.01 };

/** What many selections a second need, by the costs of one measured here; and how well that foretells other rates. */
export async function capacity(): Promise<Metric[]> {
  const { costs, points } = await measureCosts(calibrateAt, checkedAt);
  return [
    ...costs.samples.map(cpuOf),
    ...points.map((point) => comparison(costs, point)),
    ...asked.map((perSecond) => need(planFor(perSecond, costs, machine, comfort), costs)),
  ];
}

function cpuOf({ perSecond, demands: { cpuSeconds, ...rest } }: Sample): Metric {
  const ms = Object.entries(cpuSeconds).map(([app, seconds]) => [`${app}_cpu_ms`, seconds * 1_000]);
  const all = Object.values(cpuSeconds).reduce((sum, seconds) => sum + seconds, 0);
  return {
    name: `CPU of the apps for a selection, in ms, at ${perSecond} a second`,
    ratio: all * 1_000,
    goal: null,
    details: { ...Object.fromEntries(ms), ...rest },
  };
}

/** Predicted and measured, in shares of a core; the ratio is that of the sums. */
function comparison(costs: Costs, { perSecond, busy }: Point): Metric {
  const details: Metric['details'] = {};
  const sums = { predicted: 0, measured: 0 };
  for (const [name, seconds] of Object.entries(services(demandsAt(perSecond, costs)))) {
    const predicted = (costs.idleCores[name] ?? 0) + utilisation(perSecond, seconds);
    const measured = busy[name] ?? Number.NaN;
    details[name] = `${predicted.toFixed(3)} predicted ${measured.toFixed(3)} measured`;
    sums.predicted += predicted;
    sums.measured += measured;
  }
  return {
    name: `${perSecond} selections a second: busy cores, measured against predicted`,
    ratio: sums.measured / sums.predicted,
    goal: { atMost: 1.3 },
    details,
  };
}

const services = ({ cpuSeconds, redisCpuSeconds, postgresCpuSeconds }: Demands) => ({
  ...cpuSeconds,
  redis: redisCpuSeconds,
  postgres: postgresCpuSeconds,
});

function need({ perSecond, processes, exhausted, ...rest }: Plan, costs: Costs): Metric {
  const [first] = limits(costs, machine, comfort);
  const lifted = exhausted.map(
    (limit) => `${limit.name} from ${Math.round(limit.perSecond)}/s (lifted by ${limit.lift})`,
  );
  return {
    name: `${perSecond} selections a second, against what one Postgres and one Redis bear`,
    ratio: perSecond / (first?.perSecond ?? Number.POSITIVE_INFINITY),
    goal: null,
    details: {
      ...processes,
      ...rest,
      first_limit: first ? `${first.name} at ${Math.round(first.perSecond)}/s` : 'none',
      exhausted: lifted.join('; ') || 'nothing',
    },
  };
}
