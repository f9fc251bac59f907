import { histogramQuantile } from '@learning-loop/service/observability/quantile';
import { Counter, Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { durationsBetween, type Snapshot, sumSeries } from './derive.ts';
import { parseMetrics } from './scrape.ts';

const registry = new Registry();
const seconds = new Histogram({
  name: 'loop_seconds',
  help: 'Time.',
  labelNames: ['consumer'],
  buckets: [0.1, 0.2, 0.4],
  registers: [registry],
});
const events = new Counter({
  name: 'loop_events_total',
  help: 'Events.',
  labelNames: ['kind'],
  registers: [registry],
});

async function snapshot(at: number): Promise<Snapshot> {
  return { at, samples: parseMetrics(await registry.metrics(), /^loop_/u) };
}

test('what happened between two looks is told from what /metrics said', async () => {
  seconds.observe({ consumer: 'memory' }, 0.3);
  events.inc({ kind: 'a "quoted", odd\nname' });
  const before = await snapshot(0);
  for (let i = 0; i < 99; i += 1) seconds.observe({ consumer: 'memory' }, 0.15);
  seconds.observe({ consumer: 'memory' }, 0.35);
  seconds.observe({ consumer: 'persona' }, 9);
  events.inc({ kind: 'b' }, 20);
  const after = await snapshot(10_000);

  const lag = durationsBetween([before, after], 'loop_seconds', { consumer: 'memory' });
  expect(lag.perSecond).toBe(10);
  expect(lag.p50).toBeCloseTo(0.1505, 3);
  expect(lag.p99).toBeCloseTo(0.2, 3);
  expect(sumSeries(after, 'loop_events_total', { kind: 'b' })).toBe(20);
  expect(sumSeries(after, 'loop_seconds_count')).toBe(102);
});

test('a process that began again counts from nothing', async () => {
  const before = await snapshot(0);
  registry.resetMetrics();
  seconds.observe({ consumer: 'memory' }, 0.15);
  const after = await snapshot(1_000);
  expect(durationsBetween([before, after], 'loop_seconds', { consumer: 'memory' }).perSecond).toBe(1);
});

test('a quantile of nothing is nothing, and one beyond the last bound is that bound', () => {
  expect(histogramQuantile([], 0.5)).toBeNull();
  expect(
    histogramQuantile(
      [
        { le: 1, count: 0 },
        { le: Number.POSITIVE_INFINITY, count: 0 },
      ],
      0.5,
    ),
  ).toBeNull();
  expect(
    histogramQuantile(
      [
        { le: 1, count: 0 },
        { le: Number.POSITIVE_INFINITY, count: 5 },
      ],
      0.5,
    ),
  ).toBe(1);
});
