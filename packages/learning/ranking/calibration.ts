export interface CalibrationOutcome {
  confidence: number;
  selected: boolean;
}

/** Maps raw to calibrated confidence: linear between points that never fall. */
export interface Calibration {
  points: { raw: number; calibrated: number }[];
  outcomes: number;
}

export const noCalibration: Calibration = {
  points: [
    { raw: 0, calibrated: 0 },
    { raw: 1, calibrated: 1 },
  ],
  outcomes: 0,
};

const bins = 20;
/** Weight of the prior in each bin, in outcomes. */
const priorWeight = 8;

interface Block {
  raw: number;
  calibrated: number;
  weight: number;
}

/**
 * Isotonic regression on bins by pool adjacent violators (Zadrozny & Elkan 2002, "Transforming classifier scores").
 * Bins with few outcomes stay close to the prior.
 */
export function fitCalibration(
  outcomes: CalibrationOutcome[],
  prior: Calibration = noCalibration,
): Calibration {
  const byBin = Map.groupBy(outcomes, ({ confidence }) => Math.min(bins - 1, Math.floor(confidence * bins)));
  const blocks = Array.from({ length: bins }, (_, bin) =>
    toBlock(byBin.get(bin) ?? [], (bin + 0.5) / bins, prior),
  );
  return {
    points: poolViolators(blocks).map(({ raw, calibrated }) => ({ raw, calibrated })),
    outcomes: prior.outcomes + outcomes.length,
  };
}

function toBlock(outcomes: CalibrationOutcome[], middle: number, prior: Calibration): Block {
  const weight = outcomes.length + priorWeight;
  const raw = (outcomes.reduce((sum, { confidence }) => sum + confidence, 0) + priorWeight * middle) / weight;
  const selections = outcomes.filter(({ selected }) => selected).length;
  return { raw, calibrated: (selections + priorWeight * applyCalibration(prior, middle)) / weight, weight };
}

function poolViolators(blocks: Block[]): Block[] {
  const groups: Block[][] = [];
  for (const block of blocks) {
    groups.push([block]);
    for (
      let last = groups.at(-1), before = groups.at(-2);
      last && before && meanCalibrated(before) > meanCalibrated(last);
    ) {
      groups.splice(-2, 2, [...before, ...last]);
      [last, before] = [groups.at(-1), groups.at(-2)];
    }
  }
  return groups.flatMap((group) => group.map((block) => ({ ...block, calibrated: meanCalibrated(group) })));
}

function meanCalibrated(group: Block[]): number {
  const weight = group.reduce((sum, block) => sum + block.weight, 0);
  return group.reduce((sum, block) => sum + block.calibrated * block.weight, 0) / weight;
}

/** In [0, 1]. Monotonic. */
export function applyCalibration({ points }: Calibration, confidence: number): number {
  const above = points.findIndex(({ raw }) => raw >= confidence);
  const [low, high] = [points[above === -1 ? points.length - 1 : above - 1], points[above]];
  if (high === undefined) return low?.calibrated ?? confidence;
  if (low === undefined) return high.raw === 0 ? high.calibrated : (confidence / high.raw) * high.calibrated;
  const share = (confidence - low.raw) / (high.raw - low.raw || 1);
  return low.calibrated + share * (high.calibrated - low.calibrated);
}

const minSelections = 3;

/** Whether to use the best hypothesis without asking. After few selections a confidence means little. */
export function autoAdvance(confidence: number, selections: number, threshold = 0.85): boolean {
  return confidence >= threshold && selections >= minSelections;
}

/** ECE over bins of equal width, weighted by size, in [0, 1] (Naeini et al. 2015). */
export function expectedCalibrationError(outcomes: CalibrationOutcome[], bins = 10): number {
  const groups = Map.groupBy(outcomes, ({ confidence }) => Math.min(bins - 1, Math.floor(confidence * bins)));
  return [...groups.values()].reduce((sum, group) => sum + computeGap(group) / outcomes.length, 0);
}

function computeGap(group: CalibrationOutcome[]): number {
  return Math.abs(group.reduce((sum, { confidence, selected }) => sum + confidence - (selected ? 1 : 0), 0));
}
