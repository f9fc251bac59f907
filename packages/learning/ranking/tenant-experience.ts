import { type Calibration, type CalibrationOutcome, fitCalibration } from './calibration.ts';
import type { PastSelection } from './history-features.ts';
import { toUtilityExamples } from './utility/utility-features.ts';
import { fitUtilities, priorVariances, type UtilityModel } from './utility/utility-model.ts';

/** With the raw confidences at which it was shown. */
export interface TenantSelection extends PastSelection {
  user_id: string;
  /** Whether its user is younger than the quarantine. */
  young: boolean;
  shown: { question: string; chosen: boolean; raw_confidence: number }[];
}

/** What the selections of all users of a tenant teach about its next request. */
export interface TenantExperience {
  utilities: UtilityModel;
  calibration: Calibration;
  /** Newest first. */
  selectionsOfOthers(userId: string): readonly PastSelection[];
}

const maxForContrast = 100;
/** Of the newest 100, and at least: the share of a tenant's experience that one user may have. */
const maxPerUser = 3;
const maxShare = maxPerUser / maxForContrast;
/** Of a user younger than the quarantine: whoever floods a tenant can do so with new users, too. */
const youngWeight = 0.5;

/**
 * Newest first. Many selections of one user weigh as few: one user cannot speak for the tenant. `bound` cuts the texts of
 * those that requests are compared with.
 */
export function learnFromTenant(
  selections: readonly TenantSelection[],
  now: Date,
  bound: (drawn: TenantSelection[]) => TenantSelection[] = (drawn) => drawn,
): TenantExperience {
  const weights = weighSelections(selections);
  const examples = toUtilityExamples(selections, now, weights);
  const contrast = bound(drawOverUsers(selections));
  const drawnUsers = new Set(contrast.map(({ user_id }) => user_id));
  return {
    utilities: fitUtilities(examples, priorVariances.tenant),
    calibration: fitCalibration(selections.map((selection, i) => toOutcome(selection, weights[i] ?? 0))),
    selectionsOfOthers: (userId) =>
      drawnUsers.has(userId) ? contrast.filter(({ user_id }) => user_id !== userId) : contrast,
  };
}

function drawOverUsers(selections: readonly TenantSelection[]): TenantSelection[] {
  const drawn = new Map<string, number>();
  return selections
    .filter(({ user_id }) => {
      const before = drawn.get(user_id) ?? 0;
      drawn.set(user_id, before + 1);
      return before < maxPerUser;
    })
    .slice(0, maxForContrast);
}

/** In [0, 1]: those of a user add up to at most `maxShare` of all, or to `maxPerUser`. */
function weighSelections(selections: readonly TenantSelection[]): number[] {
  const counts = new Map<string, number>();
  for (const { user_id } of selections) counts.set(user_id, (counts.get(user_id) ?? 0) + 1);
  const most = findLimit([...counts.values()]);
  return selections.map(({ user_id, young }) => {
    const share = Math.min(1, most / (counts.get(user_id) ?? 1));
    return young ? youngWeight * share : share;
  });
}

/** The largest number of selections that a user may count as, where the shares are those of the counted ones. */
function findLimit(counts: number[]): number {
  const total = (limit: number) => counts.reduce((sum, count) => sum + Math.min(limit, count), 0);
  let limit = maxPerUser;
  while (limit < Math.max(...counts, 0) && limit + 1 <= maxShare * total(limit + 1)) limit += 1;
  return limit;
}

/** For `fitCalibration`. */
export function toOutcome({ shown }: Pick<TenantSelection, 'shown'>, weight: number): CalibrationOutcome {
  const selected = shown.findIndex(({ chosen }) => chosen);
  return {
    confidences: shown.map(({ raw_confidence }) => raw_confidence),
    selected: selected < 0 ? null : selected,
    weight,
  };
}
