import { histogramQuantile } from '@learning-loop/service/observability/quantile';

/** A histogram's cumulative counts by upper bound, summed over its other labels and over several processes. */
export type Buckets = Map<number, number>;

export async function bucketsOf(urls: string[], metric: string, label: string): Promise<Buckets> {
  const buckets: Buckets = new Map();
  for (const url of urls) {
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const line of text.split('\n')) {
      if (!line.startsWith(`${metric}_bucket`) || !line.includes(label)) continue;
      const bound = Number(/le="([^"]+)"/u.exec(line)?.[1]?.replace('+Inf', 'Infinity'));
      buckets.set(bound, (buckets.get(bound) ?? 0) + Number(line.slice(line.lastIndexOf(' '))));
    }
  }
  return buckets;
}

/** What was counted between two readings. */
export function between(before: Buckets, after: Buckets): Buckets {
  return new Map([...after].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)]));
}

/** Interpolated as Prometheus's histogram_quantile does; NaN without observations. */
export function quantileOf(buckets: Buckets, share: number): number {
  const cumulative = [...buckets].sort(([a], [b]) => a - b).map(([le, count]) => ({ le, count }));
  return histogramQuantile(cumulative, share) ?? Number.NaN;
}
