import { toUtility } from './conditional-logit.ts';
import { forEachInteraction, type TrainingExamples } from './examples.ts';

/** What the first-place rate of a ranker would have been, estimated from what another one showed. */
export interface OffPolicy {
  /** Inverse propensity score (Horvitz and Thompson 1952; Bottou et al. 2013): unbiased where all could be shown. */
  ips: number;
  /** Self-normalised (Swaminathan and Joachims 2015): a little biased, much less noisy. */
  snips: number;
  /** Share of displays whose first place could have been the ranker's: the estimates say nothing of the others. */
  support: number;
  displays: number;
}

const clip = 100;

/** The estimates for the ranker with these utilities of features. */
export function offPolicy(picks: TrainingExamples, coefficients: Float64Array): OffPolicy {
  let [matched, reward, weights] = [0, 0, 0];
  forEachInteraction(picks, (display, from, to) => {
    const first = optionAtFirstPlace(picks, from, to);
    if (first === null || bestOption(picks, coefficients, from, to) !== first) return;
    const weight = Math.min(clip, 1 / Math.max(1e-6, picks.propensities[first] ?? 1));
    matched += 1;
    weights += weight;
    if (picks.picked[display] === first) reward += weight;
  });
  const displays = picks.picked.length;
  return {
    ips: reward / Math.max(1, displays),
    snips: reward / Math.max(1e-12, weights),
    support: matched / Math.max(1, displays),
    displays,
  };
}

function optionAtFirstPlace({ positions }: TrainingExamples, from: number, to: number): number | null {
  for (let option = from; option < to; option += 1) if (positions[option] === 1) return option;
  return null;
}

function bestOption(picks: TrainingExamples, coefficients: Float64Array, from: number, to: number): number {
  let [best, most] = [from, Number.NEGATIVE_INFINITY];
  for (let option = from; option < to; option += 1) {
    const utility = toUtility({ ...picks, positions: noPlaces }, coefficients, option);
    if (utility > most) [best, most] = [option, utility];
  }
  return best;
}

const noPlaces = new Uint8Array();
