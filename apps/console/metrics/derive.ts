import { type Buckets, histogramQuantile } from '@learning-loop/service/observability/quantile';
import type { Sample } from './scrape.ts';

/** All series at one moment; `at` in ms. */
export interface Snapshot {
  at: number;
  samples: Sample[];
}

/** What happened between two snapshots. Seconds and events a second; null where nothing was observed. */
export interface Measured {
  p50: number | null;
  p99: number | null;
  perSecond: number;
}

/** Durations of a histogram, over the time between two snapshots, of the series with these labels. */
export function durationsBetween(
  [before, after]: [Snapshot, Snapshot],
  name: string,
  labels: Record<string, string> = {},
): Measured {
  const buckets = minus(bucketsOf(after, name, labels), bucketsOf(before, name, labels));
  const seconds = Math.max(0.001, (after.at - before.at) / 1000);
  return {
    p50: histogramQuantile(buckets, 0.5),
    p99: histogramQuantile(buckets, 0.99),
    perSecond: (buckets.at(-1)?.count ?? 0) / seconds,
  };
}

/** The sum of the series with this name and these labels. */
export function sumOf({ samples }: Snapshot, name: string, labels: Record<string, string> = {}): number {
  return matching(samples, name, labels).reduce((sum, { value }) => sum + value, 0);
}

function matching(samples: Sample[], name: string, labels: Record<string, string>): Sample[] {
  const wanted = Object.entries(labels);
  return samples.filter(
    (sample) => sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value),
  );
}

function bucketsOf({ samples }: Snapshot, name: string, labels: Record<string, string>): Buckets {
  const counts = new Map<number, number>();
  for (const { labels: found, value } of matching(samples, `${name}_bucket`, labels)) {
    const le = found['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(found['le']);
    counts.set(le, (counts.get(le) ?? 0) + value);
  }
  return [...counts].map(([le, count]) => ({ le, count })).sort((a, b) => a.le - b.le);
}

function minus(after: Buckets, before: Buckets): Buckets {
  const restarted = (after.at(-1)?.count ?? 0) < (before.at(-1)?.count ?? 0);
  return after.map(({ le, count }, i) => ({ le, count: count - (restarted ? 0 : (before[i]?.count ?? 0)) }));
}
