import type { Outcome } from './ranking/calibration.ts';

/** Mean distance between confidence and frequency over bins of equal width, weighted by size, in [0, 1] (Naeini et al. 2015). */
export function expectedCalibrationError(outcomes: Outcome[], bins = 10): number {
  const groups = Map.groupBy(outcomes, ({ confidence }) => Math.min(bins - 1, Math.floor(confidence * bins)));
  return [...groups.values()].reduce((sum, group) => sum + gap(group) / outcomes.length, 0);
}

function gap(group: Outcome[]): number {
  return Math.abs(group.reduce((sum, { confidence, picked }) => sum + confidence - (picked ? 1 : 0), 0));
}
