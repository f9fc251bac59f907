/** A confidence in [0, 1] that was shown, and whether what it was shown for was picked. */
export interface CalibrationOutcome {
  confidence: number;
  picked: boolean;
}

/** A map from raw to calibrated confidence: rising points, straight lines between them. */
export interface Calibration {
  points: { raw: number; calibrated: number }[];
  /** How many outcomes it rests on. */
  outcomes: number;
}

/** Nothing has been observed: confidences pass unchanged. The prior of a tenant's first fit. */
export const noCalibration: Calibration = {
  points: [
    { raw: 0, calibrated: 0 },
    { raw: 1, calibrated: 1 },
  ],
  outcomes: 0,
};

const bins = 20;
/** So many outcomes in a bin weigh as much as the prior does. */
const priorWeight = 8;

interface Block {
  raw: number;
  calibrated: number;
  weight: number;
}

/**
 * The rising map that fits the outcomes best: isotonic regression on bins, each drawn towards the prior while it holds
 * few outcomes (pool adjacent violators; Zadrozny & Elkan 2002, "Transforming classifier scores").
 */
export function fitCalibration(
  outcomes: CalibrationOutcome[],
  prior: Calibration = noCalibration,
): Calibration {
  const byBin = Map.groupBy(outcomes, ({ confidence }) => Math.min(bins - 1, Math.floor(confidence * bins)));
  const blocks = Array.from({ length: bins }, (_, bin) =>
    blockOf(byBin.get(bin) ?? [], (bin + 0.5) / bins, prior),
  );
  return {
    points: pooled(blocks).map(({ raw, calibrated }) => ({ raw, calibrated })),
    outcomes: prior.outcomes + outcomes.length,
  };
}

function blockOf(outcomes: CalibrationOutcome[], middle: number, prior: Calibration): Block {
  const weight = outcomes.length + priorWeight;
  const raw = (outcomes.reduce((sum, { confidence }) => sum + confidence, 0) + priorWeight * middle) / weight;
  const picks = outcomes.filter(({ picked }) => picked).length;
  return { raw, calibrated: (picks + priorWeight * applyCalibration(prior, middle)) / weight, weight };
}

/** Where a block falls below the one before it, both get their common mean. */
function pooled(blocks: Block[]): Block[] {
  const groups: Block[][] = [];
  for (const block of blocks) {
    groups.push([block]);
    for (
      let last = groups.at(-1), before = groups.at(-2);
      last && before && levelOf(before) > levelOf(last);
    ) {
      groups.splice(-2, 2, [...before, ...last]);
      [last, before] = [groups.at(-1), groups.at(-2)];
    }
  }
  return groups.flatMap((group) => group.map((block) => ({ ...block, calibrated: levelOf(group) })));
}

function levelOf(group: Block[]): number {
  const weight = group.reduce((sum, block) => sum + block.weight, 0);
  return group.reduce((sum, block) => sum + block.calibrated * block.weight, 0) / weight;
}

/** The calibrated confidence, in [0, 1]. Never turns an order round. */
export function applyCalibration({ points }: Calibration, confidence: number): number {
  const above = points.findIndex(({ raw }) => raw >= confidence);
  const [low, high] = [points[above === -1 ? points.length - 1 : above - 1], points[above]];
  if (high === undefined) return low?.calibrated ?? confidence;
  if (low === undefined) return high.raw === 0 ? high.calibrated : (confidence / high.raw) * high.calibrated;
  const share = (confidence - low.raw) / (high.raw - low.raw || 1);
  return low.calibrated + share * (high.calibrated - low.calibrated);
}

/** So many picks of a user are enough evidence to act without asking. */
const enough = 3;

/**
 * Whether the first place may be taken without asking: its calibrated confidence reaches the threshold, and the user
 * has picked often enough for it to mean something.
 */
export function autoAdvance(confidence: number, picks: number, threshold = 0.85): boolean {
  return confidence >= threshold && picks >= enough;
}

/** Mean distance between confidence and frequency over bins of equal width, weighted by size, in [0, 1] (Naeini et al. 2015). */
export function expectedCalibrationError(outcomes: CalibrationOutcome[], bins = 10): number {
  const groups = Map.groupBy(outcomes, ({ confidence }) => Math.min(bins - 1, Math.floor(confidence * bins)));
  return [...groups.values()].reduce((sum, group) => sum + gap(group) / outcomes.length, 0);
}

function gap(group: CalibrationOutcome[]): number {
  return Math.abs(group.reduce((sum, { confidence, picked }) => sum + confidence - (picked ? 1 : 0), 0));
}
