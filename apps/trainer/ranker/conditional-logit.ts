import { solveCholesky } from './cholesky.ts';
import { forEachInteraction, type TrainingExamples } from './examples.ts';

export interface LogitOptions {
  /** Coefficients are shrunk towards these: a utility for each feature. */
  prior: Float64Array;
  /** Strength of the shrinkage, in pseudo-selections. */
  ridge: number;
  /** For each interaction; see `importanceWeights`. */
  weights: Float64Array;
  /** Estimates position effects, which the ranking leaves out. */
  withPositions: boolean;
}

export interface Logit {
  coefficients: Float64Array;
  /** Utility of each position relative to the first; index 0 is position 1. */
  positions: Float64Array;
  iterations: number;
}

const maxIterations = 50;
const tolerance = 1e-8;
const positionCount = 6;

/**
 * Maximises P(selection) ∝ exp(β·x + γ_position) by Newton's method (McFadden 1974, "Conditional logit analysis of
 * qualitative choice behavior"). γ absorbs position bias; randomly swapped neighbours identify it.
 */
export function fitLogit(examples: TrainingExamples, options: LogitOptions): Logit {
  const features = examples.names.length;
  const positionParameters = options.withPositions ? positionCount - 1 : 0;
  const size = features + positionParameters;
  const variances = featureVariances(examples, options.weights);
  const theta = new Float64Array(size);
  theta.set(options.prior);
  let [value, iterations] = [Number.NEGATIVE_INFINITY, 0];
  for (; iterations < maxIterations; iterations += 1) {
    const { gradient, hessian } = computeDerivatives(examples, theta, options, variances);
    const step = solveCholesky(hessian, gradient);
    const before = value;
    value = lineSearch(examples, theta, step, options, variances);
    if (value - before < tolerance * Math.abs(value)) break;
  }
  const positions = new Float64Array(positionCount);
  positions.set(theta.subarray(features), 1);
  return { coefficients: theta.slice(0, features), positions, iterations };
}

/** Halves the step until the objective grows. Returns its new value. */
function lineSearch(
  examples: TrainingExamples,
  theta: Float64Array,
  step: Float64Array,
  options: LogitOptions,
  variances: Float64Array,
): number {
  const start = Float64Array.from(theta);
  const before = evaluateObjective(examples, start, options, variances);
  for (let scale = 1; scale > 1e-6; scale /= 2) {
    for (let k = 0; k < theta.length; k += 1) theta[k] = at(start, k) + scale * at(step, k);
    const value = evaluateObjective(examples, theta, options, variances);
    if (value >= before) return value;
  }
  theta.set(start);
  return before;
}

function evaluateObjective(
  examples: TrainingExamples,
  theta: Float64Array,
  { weights, prior, ridge }: LogitOptions,
  variances: Float64Array,
): number {
  let value = 0;
  forEachInteraction(examples, (interaction, from, to) => {
    const probabilities = choiceProbabilities(examples, theta, from, to);
    value +=
      at(weights, interaction) * Math.log(at(probabilities, (examples.selected[interaction] ?? 0) - from));
  });
  for (let k = 0; k < theta.length; k += 1) {
    value -= (ridge / 2) * at(variances, k) * (at(theta, k) - (prior[k] ?? 0)) ** 2;
  }
  return value;
}

function computeDerivatives(
  examples: TrainingExamples,
  theta: Float64Array,
  { weights, prior, ridge }: LogitOptions,
  variances: Float64Array,
) {
  const size = theta.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const mean = new Float64Array(size);
  const x = new Float64Array(size);
  forEachInteraction(examples, (interaction, from, to) => {
    const weight = at(weights, interaction);
    const probabilities = choiceProbabilities(examples, theta, from, to);
    mean.fill(0);
    for (let hypothesis = from; hypothesis < to; hypothesis += 1) {
      readRow(examples, hypothesis, x);
      const probability = at(probabilities, hypothesis - from);
      const selected = hypothesis === examples.selected[interaction] ? 1 : 0;
      for (let k = 0; k < size; k += 1) {
        const value = at(x, k);
        if (value === 0) continue;
        mean[k] = at(mean, k) + probability * value;
        gradient[k] = at(gradient, k) + weight * (selected - probability) * value;
        const scaled = weight * probability * value;
        for (let m = 0; m <= k; m += 1) hessian[k * size + m] = at(hessian, k * size + m) + scaled * at(x, m);
      }
    }
    for (let k = 0; k < size; k += 1)
      for (let m = 0; m <= k; m += 1)
        hessian[k * size + m] = at(hessian, k * size + m) - weight * at(mean, k) * at(mean, m);
  });
  for (let k = 0; k < size; k += 1) {
    const pull = ridge * at(variances, k);
    gradient[k] = at(gradient, k) - pull * (at(theta, k) - (prior[k] ?? 0));
    hessian[k * size + k] = at(hessian, k * size + k) + pull + 1e-9;
    for (let m = 0; m < k; m += 1) hessian[m * size + k] = at(hessian, k * size + m);
  }
  return { gradient, hessian };
}

export function choiceProbabilities(
  examples: TrainingExamples,
  theta: Float64Array,
  from: number,
  to: number,
): Float64Array {
  const probabilities = new Float64Array(to - from);
  let best = Number.NEGATIVE_INFINITY;
  for (let hypothesis = from; hypothesis < to; hypothesis += 1) {
    const utility = toUtility(examples, theta, hypothesis);
    probabilities[hypothesis - from] = utility;
    best = Math.max(best, utility);
  }
  let total = 0;
  for (let i = 0; i < probabilities.length; i += 1) {
    probabilities[i] = Math.exp(at(probabilities, i) - best);
    total += at(probabilities, i);
  }
  for (let i = 0; i < probabilities.length; i += 1) probabilities[i] = at(probabilities, i) / total;
  return probabilities;
}

/** β·x + γ_position; `theta` holds β, then γ from the second position on. */
export function toUtility(examples: TrainingExamples, theta: Float64Array, hypothesis: number): number {
  const features = examples.names.length;
  let utility = 0;
  for (let k = 0; k < features; k += 1)
    utility += at(theta, k) * at(examples.values, hypothesis * features + k);
  const position = toPositionIndex(examples, hypothesis);
  return position > 0 ? utility + (theta[features + position - 1] ?? 0) : utility;
}

function readRow(examples: TrainingExamples, hypothesis: number, x: Float64Array): void {
  const features = examples.names.length;
  for (let k = 0; k < features; k += 1) x[k] = at(examples.values, hypothesis * features + k);
  for (let k = features; k < x.length; k += 1) x[k] = 0;
  const position = toPositionIndex(examples, hypothesis);
  if (position > 0 && features + position - 1 < x.length) x[features + position - 1] = 1;
}

/** The last positions share one effect. */
function toPositionIndex({ positions }: TrainingExamples, hypothesis: number): number {
  return Math.min(positionCount, positions[hypothesis] ?? 1) - 1;
}

// Scaling the penalty by these makes it independent of units; positions get little weight.
function featureVariances(examples: TrainingExamples, weights: Float64Array): Float64Array {
  const features = examples.names.length;
  const variances = new Float64Array(features + positionCount - 1).fill(0.05);
  variances.fill(0, 0, features);
  let total = 0;
  forEachInteraction(examples, (interaction, from, to) => {
    total += at(weights, interaction);
    for (let k = 0; k < features; k += 1) {
      let [sum, squares] = [0, 0];
      for (let hypothesis = from; hypothesis < to; hypothesis += 1) {
        const value = at(examples.values, hypothesis * features + k);
        sum += value;
        squares += value * value;
      }
      const n = to - from;
      variances[k] = at(variances, k) + (at(weights, interaction) * (squares - (sum * sum) / n)) / n;
    }
  });
  for (let k = 0; k < features; k += 1) variances[k] = Math.max(1e-6, at(variances, k) / Math.max(1, total));
  return variances;
}

const at = (values: Float64Array, i: number): number => values[i] ?? 0;
