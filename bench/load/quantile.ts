/** The value below which a share of the sorted values lies (nearest rank); NaN when there are none. */
export function quantile(sorted: number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
