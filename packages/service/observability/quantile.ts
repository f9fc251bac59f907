/** Nearest rank; `share` in (0, 1]. NaN for no values. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** As in a Prometheus histogram: cumulative counts by ascending upper bound, the last of which is +Inf. */
export type Buckets = { le: number; count: number }[];

/** As Prometheus's histogram_quantile; `q` in [0, 1]. Null without observations, the last finite bound beyond it. */
export function histogramQuantile(buckets: Buckets, q: number): number | null {
  const total = buckets.at(-1)?.count ?? 0;
  if (total <= 0) return null;
  const rank = q * total;
  const at = buckets.findIndex(({ count }) => count >= rank);
  const bucket = buckets[at];
  const below = buckets[at - 1] ?? { le: 0, count: 0 };
  if (!bucket || bucket.le === Number.POSITIVE_INFINITY) return below.le;
  const inside = bucket.count - below.count;
  return inside === 0 ? bucket.le : below.le + ((bucket.le - below.le) * (rank - below.count)) / inside;
}
