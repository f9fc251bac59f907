import {
  type Calibration,
  type CalibrationOutcome,
  fitCalibration,
} from '@learning-loop/learning/ranking/calibration';
import type { RankerWeights } from '@learning-loop/learning/ranking/weights';
import { choiceProbabilities, fitLogit, type Logit } from './conditional-logit.ts';
import { compareRankers, type Evaluation } from './evaluate.ts';
import { forEachInteraction, type TrainingExamples } from './examples.ts';
import { importanceWeights } from './importance-weights.ts';
import { type OffPolicy, offPolicy } from './off-policy.ts';

/** Picks by split; all with the same features in the same order. */
export interface SplitExamples {
  train: TrainingExamples;
  validation: TrainingExamples;
  test: TrainingExamples;
}

export interface FittedRanker {
  weights: RankerWeights;
  /** From the confidence of this ranker to how often the first place is picked. */
  calibration: Calibration;
  judgement: Evaluation;
  off_policy: OffPolicy;
  /** How strongly it was drawn to the serving weights, chosen on the validation users. */
  ridge: number;
  iterations: number;
}

/** A user counts in the fit as much as this many picks, however many there are. */
const mostOfUser = 20;
const ridges = [1, 10, 100, 1_000];

/**
 * Fits a ranker to the training users' picks, drawn towards the serving one, and judges it on the test users. The
 * temperature of the result is 1: its weights are utilities. `random` in [0, 1) for the bootstrap.
 */
export function fitRanker(picks: SplitExamples, serving: RankerWeights, random: () => number): FittedRanker {
  const prior = utilities(serving, picks.train.names);
  const fits = ridges.map((ridge) => ({ ridge, logit: fitOn(picks.train, prior, ridge) }));
  const scored = fits.map((fit) => ({ ...fit, loss: lossOn(picks.validation, fit.logit) }));
  const { logit, ridge } = scored.reduce((best, other) => (other.loss < best.loss ? other : best));
  const places = logit.positions.slice(1);
  const judgement = compareRankers(
    picks.test,
    importanceWeights(picks.test, mostOfUser),
    { candidate: joined(logit.coefficients, places), serving: joined(prior, places) },
    random,
  );
  return {
    weights: weightsOf(logit, picks.train.names),
    calibration: fitCalibration(outcomes(picks.validation, logit.coefficients)),
    judgement,
    off_policy: offPolicy(picks.test, logit.coefficients),
    ridge,
    iterations: logit.iterations,
  };
}

function fitOn(picks: TrainingExamples, prior: Float64Array, ridge: number): Logit {
  return fitLogit(picks, {
    prior,
    ridge,
    weights: importanceWeights(picks, mostOfUser),
    withPositions: true,
  });
}

function lossOn(picks: TrainingExamples, { coefficients, positions }: Logit): number {
  const theta = joined(coefficients, positions.slice(1));
  const weights = importanceWeights(picks, mostOfUser);
  let loss = 0;
  forEachInteraction(picks, (display, from, to) => {
    const chance = choiceProbabilities(picks, theta, from, to)[(picks.picked[display] ?? 0) - from] ?? 0;
    loss -= (weights[display] ?? 0) * Math.log(Math.max(1e-12, chance));
  });
  return loss;
}

/** The ranker's weights as utilities, in the order of the names. */
export function utilities({ weights, temperature }: RankerWeights, names: string[]): Float64Array {
  return Float64Array.from(names, (name) => (weights[name] ?? 0) / temperature);
}

function weightsOf({ coefficients }: Logit, names: string[]): RankerWeights {
  const weights = names.map((name, k) => [name, Math.round((coefficients[k] ?? 0) * 1e6) / 1e6] as const);
  return { version: 1, temperature: 1, weights: Object.fromEntries(weights) };
}

function joined(coefficients: Float64Array, places: Float64Array): Float64Array {
  const theta = new Float64Array(coefficients.length + places.length);
  theta.set(coefficients);
  theta.set(places, coefficients.length);
  return theta;
}

function outcomes(picks: TrainingExamples, coefficients: Float64Array): CalibrationOutcome[] {
  const all: CalibrationOutcome[] = [];
  forEachInteraction(picks, (display, from, to) => {
    for (const [i, confidence] of choiceProbabilities(picks, coefficients, from, to).entries())
      all.push({ confidence, selected: picks.picked[display] === from + i });
  });
  return all;
}
