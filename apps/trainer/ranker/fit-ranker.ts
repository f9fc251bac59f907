import {
  type Calibration,
  type CalibrationOutcome,
  fitCalibration,
} from '@learning-loop/learning/ranking/calibration';
import { type RankerWeights, shippedWeights } from '@learning-loop/learning/ranking/weights';
import { choiceProbabilities, fitLogit, type Logit } from './conditional-logit.ts';
import { compareRankers, type Evaluation } from './evaluate.ts';
import { forEachInteraction, type TrainingExamples } from './examples.ts';
import { importanceWeights } from './importance-weights.ts';
import { estimateOffPolicy, type OffPolicy } from './off-policy.ts';

/** All with the same features in the same order. */
export interface SplitExamples {
  train: TrainingExamples;
  validation: TrainingExamples;
  test: TrainingExamples;
}

export interface FittedRanker {
  weights: RankerWeights;
  /** From this ranker's confidences to chances of being selected. */
  calibration: Calibration;
  judgement: Evaluation;
  off_policy: OffPolicy;
  /** Shrinkage towards the serving weights, chosen on the validation users. */
  ridge: number;
  iterations: number;
}

/** Maximum weight of one user in the fit, in selections. */
const maxPerUser = 20;
const ridges = [1, 10, 100, 1_000];

/** Shrinks towards the serving ranker. The result's weights are utilities (temperature 1). `random` is in [0, 1). */
export function fitRanker(
  examples: SplitExamples,
  serving: RankerWeights,
  random: () => number,
): FittedRanker {
  const prior = toUtilities(serving, examples.train.names);
  const fits = ridges.map((ridge) => ({ ridge, logit: fitExamples(examples.train, prior, ridge) }));
  const scored = fits.map((fit) => ({ ...fit, loss: computeLoss(examples.validation, fit.logit) }));
  const { logit, ridge } = scored.reduce((best, other) => (other.loss < best.loss ? other : best));
  const positionEffects = logit.positions.slice(1);
  const evaluation = compareRankers(
    examples.test,
    importanceWeights(examples.test, maxPerUser),
    {
      candidate: concatenate(logit.coefficients, positionEffects),
      serving: concatenate(prior, positionEffects),
    },
    random,
  );
  return {
    weights: toWeights(logit, examples.train.names),
    calibration: fitCalibration(toCalibrationOutcomes(examples.validation, logit.coefficients)),
    judgement: evaluation,
    off_policy: estimateOffPolicy(examples.test, logit.coefficients),
    ridge,
    iterations: logit.iterations,
  };
}

function fitExamples(examples: TrainingExamples, prior: Float64Array, ridge: number): Logit {
  return fitLogit(examples, {
    prior,
    ridge,
    weights: importanceWeights(examples, maxPerUser),
    withPositions: true,
  });
}

function computeLoss(examples: TrainingExamples, { coefficients, positions }: Logit): number {
  const theta = concatenate(coefficients, positions.slice(1));
  const weights = importanceWeights(examples, maxPerUser);
  let loss = 0;
  forEachInteraction(examples, (interaction, from, to) => {
    const probability =
      choiceProbabilities(examples, theta, from, to)[(examples.selected[interaction] ?? 0) - from] ?? 0;
    loss -= (weights[interaction] ?? 0) * Math.log(Math.max(1e-12, probability));
  });
  return loss;
}

export function toUtilities({ weights, temperature }: RankerWeights, names: string[]): Float64Array {
  return Float64Array.from(names, (name) => (weights[name] ?? 0) / temperature);
}

function toWeights({ coefficients }: Logit, names: string[]): RankerWeights {
  const weights = names.map((name, k) => [name, Math.round((coefficients[k] ?? 0) * 1e6) / 1e6] as const);
  return { version: shippedWeights.version, temperature: 1, weights: Object.fromEntries(weights) };
}

function concatenate(coefficients: Float64Array, positionEffects: Float64Array): Float64Array {
  const theta = new Float64Array(coefficients.length + positionEffects.length);
  theta.set(coefficients);
  theta.set(positionEffects, coefficients.length);
  return theta;
}

function toCalibrationOutcomes(examples: TrainingExamples, coefficients: Float64Array): CalibrationOutcome[] {
  const all: CalibrationOutcome[] = [];
  forEachInteraction(examples, (interaction, from, to) => {
    const confidences = Array.from(choiceProbabilities(examples, coefficients, from, to));
    all.push({ confidences, selected: (examples.selected[interaction] ?? 0) - from, weight: 1 });
  });
  return all;
}
