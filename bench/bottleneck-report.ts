import type { Meanwhile } from './environment/machine-usage.ts';
import { type Figure, reached } from './metric.ts';

/** From this share on of what it has, something counts as busy all the time: what comes then waits. */
const full = 0.85;
/** Cores that wait for the disk all the time, from which it counts as what is waited for. */
const slowDisk = 0.25;

/** Of a figure that misses its goal: by how many per cent of the goal, and what was at its limit while it was measured. */
export interface Miss {
  missed_by_percent: number;
  why: string;
}

/** Undefined for what has no goal, or reaches it. */
export function missOf(figure: Figure): Miss | undefined {
  const { goal, ratio, meanwhile, limit = 'this run does not tell' } = figure;
  if (goal === null || reached(figure)) return undefined;
  const wanted = 'atLeast' in goal ? goal.atLeast : goal.atMost;
  return { missed_by_percent: 100 * Math.abs(ratio / wanted - 1), why: meanwhile ? whyOf(meanwhile) : limit };
}

function whyOf(meanwhile: Meanwhile): string {
  const { cores, of_cores, idle_for_disk, stolen, longest_pause_ms } = meanwhile;
  const parts = Object.entries(cores).toSorted(([, a], [, b]) => b - a);
  const all = parts.reduce((sum, [, busy]) => sum + busy, 0);
  const said = parts.map(([part, busy]) => `${part} ${busy.toFixed(2)}`).join(', ');
  const pause =
    longest_pause_ms === undefined
      ? ''
      : `; a thread of an app stood still for up to ${Math.round(longest_pause_ms)} ms`;
  return `${limitOf(meanwhile, all)}: of ${of_cores} cores ${said}; ${idle_for_disk.toFixed(2)} idle for the disk, ${stolen.toFixed(2)} taken by the hypervisor${pause}`;
}

function limitOf({ cores, of_cores, idle_for_disk, stolen }: Meanwhile, all: number): string {
  const thread = Object.entries(cores).find(([part, busy]) => part === 'gateway' && busy >= full);
  if (all + stolen >= full * of_cores) return 'the cores are busy';
  if (thread) return 'the thread of the gateway is busy';
  if (idle_for_disk >= slowDisk) return 'the disk is waited for';
  return 'neither the cores nor the disk are busy all the time: it is one step waiting for another';
}
