import { solveCholesky } from './cholesky.ts';
import { forEachInteraction, type TrainingExamples } from './examples.ts';

/** What a conditional logit is fitted with. */
export interface LogitOptions {
  /** Where the coefficients are drawn to: a utility for each feature. */
  prior: Float64Array;
  /** How strongly, as pseudo-picks; the larger the more picks it takes to move away. */
  ridge: number;
  /** Weight of each display; see `displayWeights`. */
  weights: Float64Array;
  /** Whether places have an effect of their own, which is estimated and left out of the ranking. */
  withPositions: boolean;
}

export interface Logit {
  /** Utility of each feature. */
  coefficients: Float64Array;
  /** Utility of standing at each place against the first; index 0 is place 1. */
  positions: Float64Array;
  iterations: number;
}

const mostIterations = 50;
const tolerance = 1e-8;
const placesTold = 6;

/**
 * Fits P(option) ∝ exp(β·x + γ_place) to the picks by Newton's method (McFadden 1974, "Conditional logit analysis of
 * qualitative choice behavior"). γ takes up that people pick what stands first, so that β does not; displays in which
 * neighbours were swapped at random tell the two apart.
 */
export function fitLogit(picks: TrainingExamples, options: LogitOptions): Logit {
  const features = picks.names.length;
  const places = options.withPositions ? placesTold - 1 : 0;
  const size = features + places;
  const spread = spreads(picks, options.weights);
  const theta = new Float64Array(size);
  theta.set(options.prior);
  let [value, iterations] = [Number.NEGATIVE_INFINITY, 0];
  for (; iterations < mostIterations; iterations += 1) {
    const { gradient, hessian } = derivatives(picks, theta, options, spread);
    const step = solveCholesky(hessian, gradient);
    const before = value;
    value = ascend(picks, theta, step, options, spread);
    if (value - before < tolerance * Math.abs(value)) break;
  }
  const positions = new Float64Array(placesTold);
  positions.set(theta.subarray(features), 1);
  return { coefficients: theta.slice(0, features), positions, iterations };
}

/** Takes the step, or the first half, quarter … of it that gains. Returns the new value. */
function ascend(
  picks: TrainingExamples,
  theta: Float64Array,
  step: Float64Array,
  options: LogitOptions,
  spread: Float64Array,
): number {
  const start = Float64Array.from(theta);
  const before = objective(picks, start, options, spread);
  for (let scale = 1; scale > 1e-6; scale /= 2) {
    for (let k = 0; k < theta.length; k += 1) theta[k] = at(start, k) + scale * at(step, k);
    const value = objective(picks, theta, options, spread);
    if (value >= before) return value;
  }
  theta.set(start);
  return before;
}

/** Weighted log-likelihood, less the penalty. */
function objective(
  picks: TrainingExamples,
  theta: Float64Array,
  { weights, prior, ridge }: LogitOptions,
  spread: Float64Array,
): number {
  let value = 0;
  forEachInteraction(picks, (display, from, to) => {
    const chances = choiceProbabilities(picks, theta, from, to);
    value += at(weights, display) * Math.log(at(chances, (picks.picked[display] ?? 0) - from));
  });
  for (let k = 0; k < theta.length; k += 1) {
    value -= (ridge / 2) * at(spread, k) * (at(theta, k) - (prior[k] ?? 0)) ** 2;
  }
  return value;
}

/** Gradient and negative Hessian of the objective. */
function derivatives(
  picks: TrainingExamples,
  theta: Float64Array,
  { weights, prior, ridge }: LogitOptions,
  spread: Float64Array,
) {
  const size = theta.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const mean = new Float64Array(size);
  const x = new Float64Array(size);
  forEachInteraction(picks, (display, from, to) => {
    const weight = at(weights, display);
    const chances = choiceProbabilities(picks, theta, from, to);
    mean.fill(0);
    for (let option = from; option < to; option += 1) {
      readRow(picks, option, x);
      const chance = at(chances, option - from);
      const chosen = option === picks.picked[display] ? 1 : 0;
      for (let k = 0; k < size; k += 1) {
        const value = at(x, k);
        if (value === 0) continue;
        mean[k] = at(mean, k) + chance * value;
        gradient[k] = at(gradient, k) + weight * (chosen - chance) * value;
        const scaled = weight * chance * value;
        for (let m = 0; m <= k; m += 1) hessian[k * size + m] = at(hessian, k * size + m) + scaled * at(x, m);
      }
    }
    for (let k = 0; k < size; k += 1)
      for (let m = 0; m <= k; m += 1)
        hessian[k * size + m] = at(hessian, k * size + m) - weight * at(mean, k) * at(mean, m);
  });
  for (let k = 0; k < size; k += 1) {
    const pull = ridge * at(spread, k);
    gradient[k] = at(gradient, k) - pull * (at(theta, k) - (prior[k] ?? 0));
    hessian[k * size + k] = at(hessian, k * size + k) + pull + 1e-9;
    for (let m = 0; m < k; m += 1) hessian[m * size + k] = at(hessian, k * size + m);
  }
  return { gradient, hessian };
}

/** The chance of each option of one display. */
export function choiceProbabilities(
  picks: TrainingExamples,
  theta: Float64Array,
  from: number,
  to: number,
): Float64Array {
  const chances = new Float64Array(to - from);
  let best = Number.NEGATIVE_INFINITY;
  for (let option = from; option < to; option += 1) {
    const utility = toUtility(picks, theta, option);
    chances[option - from] = utility;
    best = Math.max(best, utility);
  }
  let total = 0;
  for (let i = 0; i < chances.length; i += 1) {
    chances[i] = Math.exp(at(chances, i) - best);
    total += at(chances, i);
  }
  for (let i = 0; i < chances.length; i += 1) chances[i] = at(chances, i) / total;
  return chances;
}

/** β·x + γ_place; `theta` holds β, then γ from the second place on, as far as it is told. */
export function toUtility(picks: TrainingExamples, theta: Float64Array, option: number): number {
  const features = picks.names.length;
  let utility = 0;
  for (let k = 0; k < features; k += 1) utility += at(theta, k) * at(picks.values, option * features + k);
  const place = placeOf(picks, option);
  return place > 0 ? utility + (theta[features + place - 1] ?? 0) : utility;
}

function readRow(picks: TrainingExamples, option: number, x: Float64Array): void {
  const features = picks.names.length;
  for (let k = 0; k < features; k += 1) x[k] = at(picks.values, option * features + k);
  for (let k = features; k < x.length; k += 1) x[k] = 0;
  const place = placeOf(picks, option);
  if (place > 0 && features + place - 1 < x.length) x[features + place - 1] = 1;
}

/** From 0; the last places share one effect. */
function placeOf({ positions }: TrainingExamples, option: number): number {
  return Math.min(placesTold, positions[option] ?? 1) - 1;
}

/** Variance of each feature within displays, so that the penalty does not depend on units; places weigh little. */
function spreads(picks: TrainingExamples, weights: Float64Array): Float64Array {
  const features = picks.names.length;
  const spread = new Float64Array(features + placesTold - 1).fill(0.05);
  spread.fill(0, 0, features);
  let total = 0;
  forEachInteraction(picks, (display, from, to) => {
    total += at(weights, display);
    for (let k = 0; k < features; k += 1) {
      let [sum, squares] = [0, 0];
      for (let option = from; option < to; option += 1) {
        const value = at(picks.values, option * features + k);
        sum += value;
        squares += value * value;
      }
      const n = to - from;
      spread[k] = at(spread, k) + (at(weights, display) * (squares - (sum * sum) / n)) / n;
    }
  });
  for (let k = 0; k < features; k += 1) spread[k] = Math.max(1e-6, at(spread, k) / Math.max(1, total));
  return spread;
}

const at = (values: Float64Array, i: number): number => values[i] ?? 0;
