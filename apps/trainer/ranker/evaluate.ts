import { choiceProbabilities } from './conditional-logit.ts';
import { forEachInteraction, type TrainingExamples } from './examples.ts';

/** A difference between two rankers with its 95 % bootstrap interval; above 0 the candidate is better. */
export interface GainInterval {
  mean: number;
  low: number;
  high: number;
}

export interface Evaluation {
  picks: number;
  users: number;
  candidate: Score;
  serving: Score;
  log_loss_gain: GainInterval;
  hit_gain: GainInterval;
}

interface Score {
  /** Mean −ln P(pick), in nats. */
  log_loss: number;
  /** Share of picks that were ranked first. */
  hit: number;
}

const resamples = 1_000;

/**
 * Compares two rankers on the same held-out picks. `theta` is β with the effects γ of places after it; both have the
 * same γ, which is a property of the display. Users are resampled as wholes, since picks of one user are alike (Efron
 * and Tibshirani 1993). `random` in [0, 1).
 */
export function compareRankers(
  picks: TrainingExamples,
  weights: Float64Array,
  { candidate, serving }: { candidate: Float64Array; serving: Float64Array },
  random: () => number,
): Evaluation {
  const ours = score(picks, candidate);
  const theirs = score(picks, serving);
  const gains = (of: (scored: Scored) => Float64Array, sign: number) =>
    of(ours).map((value, i) => sign * (value - (of(theirs)[i] ?? 0)));
  const byUser = (values: Float64Array) => bootstrap(perUser(picks, weights, values), random);
  const mean = (values: Float64Array) => bootstrapMean(perUser(picks, weights, values));
  return {
    picks: picks.picked.length,
    users: new Set(picks.users).size,
    candidate: { log_loss: mean(ours.losses), hit: mean(ours.hits) },
    serving: { log_loss: mean(theirs.losses), hit: mean(theirs.hits) },
    log_loss_gain: byUser(gains(({ losses }) => losses, -1)),
    hit_gain: byUser(gains(({ hits }) => hits, 1)),
  };
}

interface Scored {
  losses: Float64Array;
  hits: Float64Array;
}

function score(picks: TrainingExamples, theta: Float64Array): Scored {
  const losses = new Float64Array(picks.picked.length);
  const hits = new Float64Array(picks.picked.length);
  const withoutPlaces = theta.slice(0, picks.names.length);
  forEachInteraction(picks, (display, from, to) => {
    const picked = (picks.picked[display] ?? 0) - from;
    losses[display] = -Math.log(Math.max(1e-12, choiceProbabilities(picks, theta, from, to)[picked] ?? 0));
    hits[display] = firstPlaceShare(choiceProbabilities(picks, withoutPlaces, from, to), picked);
  });
  return { losses, hits };
}

/** 1 when the pick is ranked first; those who share the first place share the hit. */
function firstPlaceShare(chances: Float64Array, picked: number): number {
  const best = Math.max(...chances) - 1e-12;
  if ((chances[picked] ?? 0) < best) return 0;
  return 1 / chances.filter((chance) => chance >= best).length;
}

interface Sums {
  weights: Float64Array;
  values: Float64Array;
}

function perUser({ users }: TrainingExamples, weights: Float64Array, values: Float64Array): Sums {
  const count = users.reduce((most, user) => Math.max(most, user + 1), 0);
  const sums = { weights: new Float64Array(count), values: new Float64Array(count) };
  for (const [i, user] of users.entries()) {
    const weight = weights[i] ?? 0;
    sums.weights[user] = (sums.weights[user] ?? 0) + weight;
    sums.values[user] = (sums.values[user] ?? 0) + weight * (values[i] ?? 0);
  }
  return sums;
}

function bootstrapMean({ weights, values }: Sums): number {
  return total(values) / Math.max(1e-12, total(weights));
}

function bootstrap(sums: Sums, random: () => number): GainInterval {
  const users = sums.weights.length;
  const means = new Float64Array(resamples);
  for (let i = 0; i < resamples; i += 1) {
    let [weight, value] = [0, 0];
    for (let draw = 0; draw < users; draw += 1) {
      const user = Math.floor(random() * users);
      weight += sums.weights[user] ?? 0;
      value += sums.values[user] ?? 0;
    }
    means[i] = value / Math.max(1e-12, weight);
  }
  means.sort();
  const quantile = (q: number) => means[Math.min(resamples - 1, Math.floor(q * resamples))] ?? 0;
  return { mean: bootstrapMean(sums), low: quantile(0.025), high: quantile(0.975) };
}

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
