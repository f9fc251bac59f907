import { readFileSync } from 'node:fs';
import { quantile } from '@learning-loop/service/observability/quantile';
import type { Aftermath } from '../fault.ts';
import type { Attempt } from './client.ts';
import type { System } from './system.ts';

/** Attempts by status; 0 is no response. */
export function countStatuses(attempts: Attempt[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { status } of attempts) counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}

export function describeUnexpected(attempts: Attempt[], allowed: number[]): string[] {
  const counts = [...countStatuses(attempts)].filter(([status]) => !allowed.includes(status));
  return counts.map(([status, count]) => `${count} calls ended with ${status === 0 ? 'no answer' : status}`);
}

/** Share of 503s that a busy machine may cause. */
const MOST_UNAVAILABLE = 0.05;

/** Every call must return 200, except for a few 503s from a slow database. */
export function checkAllAnswered(attempts: Attempt[]): Required<Pick<Aftermath, 'broken' | 'late'>> {
  const unavailable = countStatuses(attempts).get(503) ?? 0;
  const seldom = unavailable <= attempts.length * MOST_UNAVAILABLE;
  const broken = describeUnexpected(attempts, seldom ? [200, 503] : [200]);
  return { broken, late: seldom && unavailable > 0 ? [`${unavailable} calls ended with 503`] : [] };
}

/** In ms, of the executes attempted in this period. */
export function executeP99(attempts: Attempt[], from: number, to: number): number {
  const tried = attempts.filter(({ path, at }) => path === '/v1/execute' && at >= from && at < to);
  return quantile(
    tried.map(({ ms }) => ms),
    0.99,
  );
}

/** Resident memory in MB, by process. */
export function measureMemory(system: System): Map<string, number> {
  return new Map(
    system.all().map((one) => {
      const status = readFileSync(`/proc/${one.pid()}/status`, 'utf8');
      return [one.name, Math.round(Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]) / 1024)];
    }),
  );
}
