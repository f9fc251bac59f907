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

/** The value below which a share of the observations lies, linear within its bucket; as Prometheus computes it. */
export function quantileOf(buckets: Buckets, share: number): number {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const wanted = (sorted.at(-1)?.[1] ?? 0) * share;
  let [low, below] = [0, 0];
  for (const [bound, count] of sorted) {
    if (count >= wanted && count > below) {
      return Number.isFinite(bound) ? low + ((bound - low) * (wanted - below)) / (count - below) : low;
    }
    [low, below] = [bound, count];
  }
  return Number.NaN;
}
