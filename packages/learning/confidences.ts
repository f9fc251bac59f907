import { rounded } from './text/round.ts';

/** Share of the confidence that is dealt out evenly while nothing is known of the user. */
const doubt = 0.3;

/**
 * How likely each score is the one that will be chosen, in [0, 1], adding up to 1: a softmax, made more even the less
 * the user has chosen yet, since a single choice may be chance.
 */
export function confidencesOf(scores: number[], temperature: number, picks: number): number[] {
  const best = Math.max(...scores);
  const weights = scores.map((score) => Math.exp((score - best) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const even = doubt / (1 + picks);
  return weights.map((weight) => rounded((1 - even) * (weight / total) + even / scores.length));
}
