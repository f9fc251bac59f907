import { expect, test } from 'vitest';
import { explainMiss } from './bottleneck-report.ts';
import type { MachineUsage } from './environment/machine-usage.ts';
import type { Metric } from './metric.ts';

const metric = (ratio: number, goal: Metric['goal'], more: Partial<Metric> = {}): Metric => ({
  ...{ name: 'a figure', ratio, goal, details: {} },
  ...more,
});
const usage = (cores: Record<string, number>, more: Partial<MachineUsage> = {}): MachineUsage => ({
  ...{ cores, of_cores: 2, idle_for_disk: 0, stolen: 0 },
  ...more,
});
const explain = (seen: MachineUsage) => explainMiss(metric(2, { atMost: 1 }, { meanwhile: seen }))?.why;

test('what reaches its goal, or has none, misses nothing', () => {
  expect(explainMiss(metric(2, { atLeast: 2 }))).toBeUndefined();
  expect(explainMiss(metric(0.9, { atMost: 1 }))).toBeUndefined();
  expect(explainMiss(metric(7, null))).toBeUndefined();
});

test('a miss is told in per cent of the goal, whichever way it lies', () => {
  expect(explainMiss(metric(1.5, { atLeast: 2 }))?.missed_by_percent).toBeCloseTo(25);
  expect(explainMiss(metric(1.5, { atMost: 1.2 }))?.missed_by_percent).toBeCloseTo(25);
});

test('the reason is what was at its limit, the machine before its parts', () => {
  expect(explain(usage({ gateway: 0.9, postgres: 0.9 }))).toMatch(
    /^the cores are busy: of 2 cores gateway 0\.90/u,
  );
  expect(explain(usage({ postgres: 0.4, gateway: 0.9 }))).toMatch(/^the thread of the gateway is busy/u);
  expect(explain(usage({ gateway: 0.2 }, { idle_for_disk: 0.6 }))).toMatch(/^the disk is waited for/u);
  expect(explain(usage({ gateway: 0.6 }))).toMatch(/^neither the cores nor the disk/u);
  // Taken by others or used by us: it is not there.
  expect(explain(usage({ gateway: 0.6 }, { stolen: 1.2 }))).toMatch(/^the cores are busy/u);
});

test('a pause is told where one was measured', () => {
  expect(explain(usage({ gateway: 0.6 }, { longest_pause_ms: 44.6 }))).toMatch(
    /stood still for up to 45 ms$/u,
  );
  expect(explain(usage({ gateway: 0.6 }))).not.toContain('stood still');
});

test('without readings it is the limit that the figure has by its nature, or it says that it does not know', () => {
  expect(explainMiss(metric(2, { atMost: 1 }, { limit: 'CPU time' }))?.why).toBe('CPU time');
  expect(explainMiss(metric(2, { atMost: 1 }))?.why).toBe('this run does not tell');
});
