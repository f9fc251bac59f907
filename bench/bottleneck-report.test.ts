import { expect, test } from 'vitest';
import { missOf } from './bottleneck-report.ts';
import type { Meanwhile } from './environment/machine-usage.ts';
import type { Figure } from './metric.ts';

const figure = (ratio: number, goal: Figure['goal'], more: Partial<Figure> = {}): Figure => ({
  ...{ name: 'a figure', ratio, goal, details: {} },
  ...more,
});
const meanwhile = (cores: Record<string, number>, more: Partial<Meanwhile> = {}): Meanwhile => ({
  ...{ cores, of_cores: 2, idle_for_disk: 0, stolen: 0 },
  ...more,
});
const whyOf = (seen: Meanwhile) => missOf(figure(2, { atMost: 1 }, { meanwhile: seen }))?.why;

test('what reaches its goal, or has none, misses nothing', () => {
  expect(missOf(figure(2, { atLeast: 2 }))).toBeUndefined();
  expect(missOf(figure(0.9, { atMost: 1 }))).toBeUndefined();
  expect(missOf(figure(7, null))).toBeUndefined();
});

test('a miss is told in per cent of the goal, whichever way it lies', () => {
  expect(missOf(figure(1.5, { atLeast: 2 }))?.missed_by_percent).toBeCloseTo(25);
  expect(missOf(figure(1.5, { atMost: 1.2 }))?.missed_by_percent).toBeCloseTo(25);
});

test('the reason is what was at its limit, the machine before its parts', () => {
  expect(whyOf(meanwhile({ gateway: 0.9, postgres: 0.9 }))).toMatch(
    /^the cores are busy: of 2 cores gateway 0\.90/u,
  );
  expect(whyOf(meanwhile({ postgres: 0.4, gateway: 0.9 }))).toMatch(/^the thread of the gateway is busy/u);
  expect(whyOf(meanwhile({ gateway: 0.2 }, { idle_for_disk: 0.6 }))).toMatch(/^the disk is waited for/u);
  expect(whyOf(meanwhile({ gateway: 0.6 }))).toMatch(/^neither the cores nor the disk/u);
  // Taken by others or used by us: it is not there.
  expect(whyOf(meanwhile({ gateway: 0.6 }, { stolen: 1.2 }))).toMatch(/^the cores are busy/u);
});

test('a pause is told where one was measured', () => {
  expect(whyOf(meanwhile({ gateway: 0.6 }, { longest_pause_ms: 44.6 }))).toMatch(
    /stood still for up to 45 ms$/u,
  );
  expect(whyOf(meanwhile({ gateway: 0.6 }))).not.toContain('stood still');
});

test('without readings it is the limit that the figure has by its nature, or it says that it does not know', () => {
  expect(missOf(figure(2, { atMost: 1 }, { limit: 'CPU time' }))?.why).toBe('CPU time');
  expect(missOf(figure(2, { atMost: 1 }))?.why).toBe('this run does not tell');
});
