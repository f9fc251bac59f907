import { type Buckets, histogramQuantile } from '@learning-loop/service/observability/quantile';
import type { Sample } from './scrape.ts';

/** `at` in ms. */
export interface Snapshot {
  at: number;
  samples: Sample[];
}

/** In seconds, and events per second; null without observations. */
export interface Measured {
  p50: number | null;
  p99: number | null;
  perSecond: number;
}

/** Histogram quantiles and rate between two snapshots. */
export function durationsBetween(
  [before, after]: [Snapshot, Snapshot],
  name: string,
  labels: Record<string, string> = {},
): Measured {
  const buckets = subtract(toBuckets(after, name, labels), toBuckets(before, name, labels));
  const seconds = Math.max(0.001, (after.at - before.at) / 1000);
  return {
    p50: histogramQuantile(buckets, 0.5),
    p99: histogramQuantile(buckets, 0.99),
    perSecond: (buckets.at(-1)?.count ?? 0) / seconds,
  };
}

export function sumSeries({ samples }: Snapshot, name: string, labels: Record<string, string> = {}): number {
  return findSeries(samples, name, labels).reduce((sum, { value }) => sum + value, 0);
}

function findSeries(samples: Sample[], name: string, labels: Record<string, string>): Sample[] {
  const expected = Object.entries(labels);
  return samples.filter(
    (sample) => sample.name === name && expected.every(([key, value]) => sample.labels[key] === value),
  );
}

function toBuckets({ samples }: Snapshot, name: string, labels: Record<string, string>): Buckets {
  const counts = new Map<number, number>();
  for (const { labels: labelsOfSample, value } of findSeries(samples, `${name}_bucket`, labels)) {
    const le = labelsOfSample['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labelsOfSample['le']);
    counts.set(le, (counts.get(le) ?? 0) + value);
  }
  return [...counts].map(([le, count]) => ({ le, count })).sort((a, b) => a.le - b.le);
}

function subtract(after: Buckets, before: Buckets): Buckets {
  const restarted = (after.at(-1)?.count ?? 0) < (before.at(-1)?.count ?? 0);
  return after.map(({ le, count }, i) => ({ le, count: count - (restarted ? 0 : (before[i]?.count ?? 0)) }));
}
