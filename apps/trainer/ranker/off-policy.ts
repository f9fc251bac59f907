import { toUtility } from './conditional-logit.ts';
import { forEachInteraction, type TrainingExamples } from './examples.ts';

export interface OffPolicy {
  /** Inverse propensity score (Horvitz and Thompson 1952; Bottou et al. 2013): unbiased with full support. */
  ips: number;
  /** Self-normalised (Swaminathan and Joachims 2015): slightly biased, much less noisy. */
  snips: number;
  /** Share of interactions whose first hypothesis the ranker also puts first; the estimates ignore the rest. */
  support: number;
  displays: number;
}

const clip = 100;

export function estimateOffPolicy(examples: TrainingExamples, coefficients: Float64Array): OffPolicy {
  let [matches, reward, weights] = [0, 0, 0];
  forEachInteraction(examples, (interaction, from, to) => {
    const first = findFirstPosition(examples, from, to);
    if (first === null || findBest(examples, coefficients, from, to) !== first) return;
    const weight = Math.min(clip, 1 / Math.max(1e-6, examples.propensities[first] ?? 1));
    matches += 1;
    weights += weight;
    if (examples.selected[interaction] === first) reward += weight;
  });
  const interactions = examples.selected.length;
  return {
    ips: reward / Math.max(1, interactions),
    snips: reward / Math.max(1e-12, weights),
    support: matches / Math.max(1, interactions),
    displays: interactions,
  };
}

function findFirstPosition({ positions }: TrainingExamples, from: number, to: number): number | null {
  for (let hypothesis = from; hypothesis < to; hypothesis += 1)
    if (positions[hypothesis] === 1) return hypothesis;
  return null;
}

function findBest(examples: TrainingExamples, coefficients: Float64Array, from: number, to: number): number {
  let [best, most] = [from, Number.NEGATIVE_INFINITY];
  for (let hypothesis = from; hypothesis < to; hypothesis += 1) {
    const utility = toUtility({ ...examples, positions: noPositions }, coefficients, hypothesis);
    if (utility > most) [best, most] = [hypothesis, utility];
  }
  return best;
}

const noPositions = new Uint8Array();
