import type { MachineUsage } from './environment/machine-usage.ts';

/** A measured ratio, its goal, and the absolute values, which hold for this machine and run only. */
export interface Metric {
  name: string;
  ratio: number;
  goal: { atLeast: number } | { atMost: number } | null;
  details: Record<string, number | string>;
  /** Usage of the machine during the measurement: explains a missed goal. */
  meanwhile?: MachineUsage | undefined;
  /** What limits it by nature, such as CPU time. */
  limit?: string;
}

/** Null without a goal. */
export function reachesGoal({ ratio, goal }: Metric): boolean | null {
  if (goal === null) return null;
  return 'atLeast' in goal ? ratio >= goal.atLeast : ratio <= goal.atMost;
}
