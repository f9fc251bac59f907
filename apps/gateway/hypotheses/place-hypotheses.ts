import { type Hypothesis, noneConfidence } from '@learning-loop/events/fields';
import {
  applyCalibration,
  autoAdvance,
  type Calibration,
  fitCalibration,
  minOutcomes,
} from '@learning-loop/learning/ranking/calibration';
import { explore } from '@learning-loop/learning/ranking/exploration';
import type { RankedCandidate } from '@learning-loop/learning/ranking/rank';
import { type TenantExperience, toOutcome } from '@learning-loop/learning/ranking/tenant-experience';
import type { Config } from '../config.ts';
import type { UserProfile } from './user-profile.ts';

export interface Ranking {
  /** In the order in which they are shown; confidences are calibrated. */
  hypotheses: Hypothesis[];
  /** Adds up to 1 with the confidences. */
  none_confidence: number;
  auto_advance: boolean;
  recommended_id: string;
}

interface Ranked {
  /** Those to show, best first. */
  ranked: RankedCandidate[];
  profile: Pick<UserProfile, 'selections'>;
  tenant: Pick<TenantExperience, 'calibration'>;
}

/** Explores, and calibrates the confidences of the candidates that are shown. */
export function placeHypotheses(
  config: Pick<Config, 'explorationRate' | 'autoAdvanceThreshold'>,
  { ranked, profile, tenant }: Ranked,
): Ranking {
  const calibration = calibrateFor(profile, tenant.calibration);
  const explored = explore(ranked, config.explorationRate, Math.random);
  const confidences = applyCalibration(
    calibration,
    explored.map(({ raw_confidence }) => raw_confidence),
  );
  const hypotheses = explored.map((hypothesis, i) => ({
    ...hypothesis,
    confidence: round(confidences[i] ?? 0),
  }));
  const recommended = hypotheses.reduce((a, b) => (b.score > a.score ? b : a));
  const known = { outcomes: calibration.outcomes, selections: profile.selections.length };
  return {
    hypotheses,
    none_confidence: noneConfidence(hypotheses),
    auto_advance: autoAdvance(recommended.confidence, known, config.autoAdvanceThreshold),
    recommended_id: recommended.id,
  };
}

/** Where a tenant has too few outcomes, the user's own count for this user. */
function calibrateFor({ selections }: Pick<UserProfile, 'selections'>, tenant: Calibration): Calibration {
  if (tenant.outcomes >= minOutcomes) return tenant;
  return fitCalibration(
    selections.map((selection) => toOutcome(selection, 1)),
    tenant,
  );
}

const round = (confidence: number) => Math.round(confidence * 10_000) / 10_000;
