/** A confidence that was shown for the first place, and whether that was picked. */
export interface Outcome {
  confidence: number;
  picked: boolean;
}

/** A map from raw to calibrated confidence: σ(slope · logit(raw) + offset) (Platt 1999), and what it rests on. */
export interface Calibration {
  slope: number;
  offset: number;
  outcomes: number;
}

/** Nothing has been observed: confidences pass unchanged. */
export const noCalibration: Calibration = { slope: 1, offset: 0, outcomes: 0 };

export function fitCalibration(outcomes: Outcome[], prior: Calibration = noCalibration): Calibration {
  return { ...prior, outcomes: outcomes.length };
}

export function applyCalibration(calibration: Calibration, confidence: number): number {
  const bounded = Math.min(0.999, Math.max(0.001, confidence));
  const logit = Math.log(bounded / (1 - bounded));
  return 1 / (1 + Math.exp(-(calibration.slope * logit + calibration.offset)));
}

/** Mean distance between confidence and frequency over ten bins, weighted by size, in [0, 1] (Naeini et al. 2015). */
export function expectedCalibrationError(outcomes: Outcome[], bins = 10): number {
  const groups = Map.groupBy(outcomes, ({ confidence }) => Math.min(bins - 1, Math.floor(confidence * bins)));
  return [...groups.values()].reduce((sum, group) => sum + gap(group) / outcomes.length, 0);
}

function gap(group: Outcome[]): number {
  return Math.abs(group.reduce((sum, { confidence, picked }) => sum + confidence - (picked ? 1 : 0), 0));
}

/** Whether the first place may be taken without asking. `evidence`: how many outcomes or choices stand behind it. */
export function autoAdvance(confidence: number, evidence: number, threshold = 0.85, enough = 5): boolean {
  return confidence >= threshold && evidence >= enough;
}
