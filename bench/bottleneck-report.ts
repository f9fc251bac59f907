import type { MachineUsage } from './environment/machine-usage.ts';
import { type Metric, reachesGoal } from './metric.ts';

/** Utilisation from which something counts as saturated. */
const busyShare = 0.85;
/** Cores waiting for the disk from which it counts as the bottleneck. */
const slowDisk = 0.25;

/** By how many per cent of the goal, and what was saturated meanwhile. */
export interface Miss {
  missed_by_percent: number;
  why: string;
}

/** Undefined without a goal, or if it is reached. */
export function explainMiss(figure: Metric): Miss | undefined {
  const { goal, ratio, meanwhile, limit = 'this run does not tell' } = figure;
  if (goal === null || reachesGoal(figure)) return undefined;
  const target = 'atLeast' in goal ? goal.atLeast : goal.atMost;
  return {
    missed_by_percent: 100 * Math.abs(ratio / target - 1),
    why: meanwhile ? describeUsage(meanwhile) : limit,
  };
}

function describeUsage(meanwhile: MachineUsage): string {
  const { cores, of_cores, idle_for_disk, stolen, longest_pause_ms } = meanwhile;
  const parts = Object.entries(cores).toSorted(([, a], [, b]) => b - a);
  const all = parts.reduce((sum, [, busy]) => sum + busy, 0);
  const usage = parts.map(([part, busy]) => `${part} ${busy.toFixed(2)}`).join(', ');
  const pause =
    longest_pause_ms === undefined
      ? ''
      : `; a thread of an app stood still for up to ${Math.round(longest_pause_ms)} ms`;
  return `${findBottleneck(meanwhile, all)}: of ${of_cores} cores ${usage}; ${idle_for_disk.toFixed(2)} idle for the disk, ${stolen.toFixed(2)} taken by the hypervisor${pause}`;
}

function findBottleneck({ cores, of_cores, idle_for_disk, stolen }: MachineUsage, all: number): string {
  const thread = Object.entries(cores).find(([part, busy]) => part === 'gateway' && busy >= busyShare);
  if (all + stolen >= busyShare * of_cores) return 'the cores are busy';
  if (thread) return 'the thread of the gateway is busy';
  if (idle_for_disk >= slowDisk) return 'the disk is waited for';
  return 'neither the cores nor the disk are busy all the time: it is one step waiting for another';
}
