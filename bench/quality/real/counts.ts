/** A selection of the replay files. */
export interface Line {
  user_id: string;
  input_text: string;
  candidates: string[];
  selected_index: number;
}

/** Chances of being selected, one for each candidate. */
export type Prediction = readonly number[];

const smoothing = 2;

/**
 * Two baselines that count. A candidate is what stands between its commas (a brand, a price, a travel time).
 * `popularity` counts how often the parts of a candidate were selected by anyone before; `own` how often by the user,
 * with two more selections spread by popularity.
 */
export function createCounts() {
  const byAll = new Map<string, number>();
  const byUser = new Map<string, Map<string, number>>();
  return {
    predict({ user_id, candidates }: Line): { own: Prediction; popularity: Prediction } {
      const popularity = toShares(candidates.map((candidate) => 1 + countParts(candidate, byAll)));
      const counted = candidates.map((candidate) => countParts(candidate, byUser.get(user_id)));
      const own = toShares(counted.map((count, i) => count + smoothing * (popularity[i] ?? 0)));
      return { own, popularity };
    },
    learn({ user_id, candidates, selected_index }: Line): void {
      const own = byUser.get(user_id) ?? new Map<string, number>();
      byUser.set(user_id, own);
      for (const counts of [byAll, own])
        for (const part of toParts(candidates[selected_index] ?? ''))
          counts.set(part, (counts.get(part) ?? 0) + 1);
    },
  };
}

const toParts = (candidate: string) => candidate.split(', ');

const countParts = (candidate: string, counts: Map<string, number> | undefined) =>
  toParts(candidate).reduce((sum, part) => sum + (counts?.get(part) ?? 0), 0);

function toShares(weights: number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
