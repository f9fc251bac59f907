import { readFileSync } from 'node:fs';
import { quantile } from '@learning-loop/service/observability/quantile';
import type { Aftermath } from '../fault.ts';
import type { Attempt } from './client.ts';
import type { System } from './system.ts';

/** How many tries there were of each status; 0 stands for no answer. */
export function statuses(attempts: Attempt[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { status } of attempts) counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}

/** A sentence for each status that was answered and is not among the allowed. */
export function unexpected(attempts: Attempt[], allowed: number[]): string[] {
  const found = [...statuses(attempts)].filter(([status]) => !allowed.includes(status));
  return found.map(([status, count]) => `${count} calls ended with ${status === 0 ? 'no answer' : status}`);
}

/** However busy the machine, no more of the calls than this may find that the database did not answer in time. */
const MOST_UNAVAILABLE = 0.05;

/** Every call ended with 200, where nothing is broken that a call needs: a database may be late, and seldom. */
export function allAnswered(attempts: Attempt[]): Required<Pick<Aftermath, 'broken' | 'late'>> {
  const unavailable = statuses(attempts).get(503) ?? 0;
  const seldom = unavailable <= attempts.length * MOST_UNAVAILABLE;
  const broken = unexpected(attempts, seldom ? [200, 503] : [200]);
  return { broken, late: seldom && unavailable > 0 ? [`${unavailable} calls ended with 503`] : [] };
}

/** Of the executes that were tried in a time: how long the slowest hundredth took at least, in ms. */
export function executeP99(attempts: Attempt[], from: number, to: number): number {
  const tried = attempts.filter(({ path, at }) => path === '/v1/execute' && at >= from && at < to);
  return quantile(
    tried.map(({ ms }) => ms),
    0.99,
  );
}

/** The resident memory of every process of the system, in MB, by its name. */
export function memoryOf(system: System): Map<string, number> {
  return new Map(
    system.all().map((one) => {
      const status = readFileSync(`/proc/${one.pid()}/status`, 'utf8');
      return [one.name, Math.round(Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]) / 1024)];
    }),
  );
}
