import { choiceProbabilities } from './conditional-logit.ts';
import { forEachInteraction, type TrainingExamples } from './examples.ts';

/** Difference with its 95 % bootstrap interval; positive if the candidate is better. */
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
  /** Mean −ln P(selection), in nats. */
  log_loss: number;
  /** Share of selections that were ranked first. */
  hit: number;
}

const resamples = 1_000;

/**
 * `theta` is β, then γ, which both rankers share because it belongs to the interaction. Users are resampled as a
 * whole, since a user's selections are correlated (Efron and Tibshirani 1993). `random` is in [0, 1).
 */
export function compareRankers(
  examples: TrainingExamples,
  weights: Float64Array,
  { candidate, serving }: { candidate: Float64Array; serving: Float64Array },
  random: () => number,
): Evaluation {
  const candidateScores = scoreExamples(examples, candidate);
  const servingScores = scoreExamples(examples, serving);
  const gains = (of: (scored: Scored) => Float64Array, sign: number) =>
    of(candidateScores).map((value, i) => sign * (value - (of(servingScores)[i] ?? 0)));
  const interval = (values: Float64Array) => bootstrapInterval(sumByUser(examples, weights, values), random);
  const mean = (values: Float64Array) => weightedMean(sumByUser(examples, weights, values));
  return {
    picks: examples.selected.length,
    users: new Set(examples.users).size,
    candidate: { log_loss: mean(candidateScores.losses), hit: mean(candidateScores.hits) },
    serving: { log_loss: mean(servingScores.losses), hit: mean(servingScores.hits) },
    log_loss_gain: interval(gains(({ losses }) => losses, -1)),
    hit_gain: interval(gains(({ hits }) => hits, 1)),
  };
}

interface Scored {
  losses: Float64Array;
  hits: Float64Array;
}

function scoreExamples(examples: TrainingExamples, theta: Float64Array): Scored {
  const losses = new Float64Array(examples.selected.length);
  const hits = new Float64Array(examples.selected.length);
  const withoutPositions = theta.slice(0, examples.names.length);
  forEachInteraction(examples, (interaction, from, to) => {
    const selected = (examples.selected[interaction] ?? 0) - from;
    losses[interaction] = -Math.log(
      Math.max(1e-12, choiceProbabilities(examples, theta, from, to)[selected] ?? 0),
    );
    hits[interaction] = toHit(choiceProbabilities(examples, withoutPositions, from, to), selected);
  });
  return { losses, hits };
}

/** 1 if the selection is ranked first; ties share the hit. */
function toHit(probabilities: Float64Array, selected: number): number {
  const best = Math.max(...probabilities) - 1e-12;
  if ((probabilities[selected] ?? 0) < best) return 0;
  return 1 / probabilities.filter((probability) => probability >= best).length;
}

interface Sums {
  weights: Float64Array;
  values: Float64Array;
}

function sumByUser({ users }: TrainingExamples, weights: Float64Array, values: Float64Array): Sums {
  const count = users.reduce((most, user) => Math.max(most, user + 1), 0);
  const sums = { weights: new Float64Array(count), values: new Float64Array(count) };
  for (const [i, user] of users.entries()) {
    const weight = weights[i] ?? 0;
    sums.weights[user] = (sums.weights[user] ?? 0) + weight;
    sums.values[user] = (sums.values[user] ?? 0) + weight * (values[i] ?? 0);
  }
  return sums;
}

function weightedMean({ weights, values }: Sums): number {
  return sum(values) / Math.max(1e-12, sum(weights));
}

function bootstrapInterval(sums: Sums, random: () => number): GainInterval {
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
  return { mean: weightedMean(sums), low: quantile(0.025), high: quantile(0.975) };
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
