import type { Meanwhile } from './environment/machine-usage.ts';

/** One measured ratio, what it should be, and the absolute values behind it, which hold for this machine and run only. */
export interface Figure {
  name: string;
  ratio: number;
  goal: { atLeast: number } | { atMost: number } | null;
  details: Record<string, number | string>;
  /** What else is known of the time in which it was measured: where a goal is missed, it tells why. */
  meanwhile?: Meanwhile | undefined;
  /** The limit of what has one by its nature, such as CPU time. */
  limit?: string;
}

/** Null when there is no goal to reach. */
export function reached({ ratio, goal }: Figure): boolean | null {
  if (goal === null) return null;
  return 'atLeast' in goal ? ratio >= goal.atLeast : ratio <= goal.atMost;
}
