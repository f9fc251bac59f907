/** What hypotheses that were shown together got, and which was selected. */
export interface CalibrationOutcome {
  /** Raw confidences; only their ratios matter. */
  confidences: readonly number[];
  /** Index of the selected one; null for none of these. */
  selected: number | null;
  /** 1 counts as one outcome. */
  weight: number;
}

/** Turns raw confidences into chances of being selected that add up to 1 with the chance of none of these. */
export interface Calibration {
  /** By raw confidence, ascending: the logarithm of its weight beside those of the others; never falls. */
  points: { raw: number; log_weight: number }[];
  /** Chance that none of these is selected. */
  none: number;
  /** Sum of the weights of the outcomes that it rests on. */
  outcomes: number;
}

/** Infinite at 0 and 1. */
const logit = (share: number) => Math.log(share / (1 - share));
const knots = [0.0005, 0.005, 0.02, 0.05, ...Array.from({ length: 18 }, (_, i) => (i + 2) / 20), 0.98, 0.998];
const knotLogits = knots.map(logit);
/** Of a new tenant: its confidences are this power of the raw ones, so that they lie nearer to even odds. */
const newTenantSharpness = 0.7;

/** Fitted by nobody's outcomes. */
export const globalCalibration: Calibration = {
  points: knots.map((raw) => ({ raw, log_weight: newTenantSharpness * Math.log(raw) })),
  none: 0.02,
  outcomes: 0,
};

/** Weight of the prior's chance of none of these, in outcomes. */
const nonePriorWeight = 10;
/** Prior variances of the sharpness and of each point around it. */
const sharpnessVariance = 0.1;
const pointVariance = 0.25;
const sharpenRounds = 5;
const pointRounds = 8;
/** Of a step: neighbouring points share hypotheses, so that full steps would overshoot. */
const damping = 0.7;

/** Maximum a posteriori: first one sharpness for all, then each point. Few outcomes stay close to the prior. */
export function fitCalibration(
  outcomes: readonly CalibrationOutcome[],
  prior: Calibration = globalCalibration,
): Calibration {
  const total = outcomes.reduce((sum, { weight }) => sum + weight, 0);
  const none = outcomes.reduce((sum, { selected, weight }) => sum + (selected === null ? weight : 0), 0);
  const rows = toRows(outcomes);
  return {
    points: fitPoints(rows, sharpen(rows, prior.points)),
    none: (none + nonePriorWeight * prior.none) / (total + nonePriorWeight),
    outcomes: prior.outcomes + total,
  };
}

/** Every raw confidence as a row; those that were shown together are consecutive. */
interface Rows {
  /** Each lies between the points `low` and `low + 1`, at `share` of the way. */
  low: Uint8Array;
  share: Float64Array;
  /** First row of each outcome, then the number of rows. */
  starts: Uint32Array;
  /** Row of each selected one. */
  selected: Uint32Array;
  weights: Float64Array;
}

function toRows(outcomes: readonly CalibrationOutcome[]): Rows {
  const some = outcomes.filter(({ selected }) => selected !== null);
  const starts = new Uint32Array(some.length + 1);
  for (const [i, { confidences }] of some.entries()) starts[i + 1] = (starts[i] ?? 0) + confidences.length;
  const places = some.flatMap(({ confidences }) => toShares(confidences).map(toPlace));
  return {
    low: Uint8Array.from(places, ({ low }) => low),
    share: Float64Array.from(places, ({ share }) => share),
    starts,
    selected: Uint32Array.from(some, ({ selected }, i) => (starts[i] ?? 0) + (selected ?? 0)),
    weights: Float64Array.from(some, ({ weight }) => weight),
  };
}

function toPlace(raw: number): { low: number; share: number } {
  const at = logit(raw);
  const above = knotLogits.findIndex((knot) => knot > at);
  const low = Math.max(0, (above === -1 ? knots.length - 1 : above) - 1);
  const [from = 0, to = 0] = [knotLogits[low], knotLogits[low + 1]];
  return { low, share: Math.min(1, Math.max(0, (at - from) / (to - from))) };
}

function toShares(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total > 0 ? weight / total : 1 / weights.length));
}

type Points = Calibration['points'];

function toLogs({ low, share }: Rows, points: Points): Float64Array {
  const at = Float64Array.from(points, ({ log_weight }) => log_weight);
  const logs = new Float64Array(low.length);
  for (let row = 0; row < logs.length; row += 1) {
    const [place, part] = [low[row] ?? 0, share[row] ?? 0];
    logs[row] = (1 - part) * (at[place] ?? 0) + part * (at[place + 1] ?? 0);
  }
  return logs;
}

/** Softmax of the logarithms times `factor`, among those that were shown together. */
function toChances({ starts }: Rows, logs: Float64Array, factor = 1): Float64Array {
  const chances = new Float64Array(logs.length);
  for (let i = 0; i + 1 < starts.length; i += 1) {
    const [from, to] = [starts[i] ?? 0, starts[i + 1] ?? 0];
    let total = 0;
    for (let row = from; row < to; row += 1) {
      const weight = Math.exp(factor * (logs[row] ?? 0));
      chances[row] = weight;
      total += weight;
    }
    for (let row = from; row < to; row += 1) chances[row] = (chances[row] ?? 0) / total;
  }
  return chances;
}

/** Newton's method on one factor of all logarithms; the likelihood is concave in it. */
function sharpen(rows: Rows, points: Points): Points {
  const logs = toLogs(rows, points);
  let factor = 1;
  for (let round = 0; round < sharpenRounds; round += 1) {
    const chances = toChances(rows, logs, factor);
    let [gradient, curvature] = [(1 - factor) / sharpnessVariance, 1 / sharpnessVariance];
    for (const [i, weight] of rows.weights.entries()) {
      let [mean, squares] = [0, 0];
      for (let row = rows.starts[i] ?? 0; row < (rows.starts[i + 1] ?? 0); row += 1) {
        const part = (chances[row] ?? 0) * (logs[row] ?? 0);
        mean += part;
        squares += part * (logs[row] ?? 0);
      }
      gradient += weight * ((logs[rows.selected[i] ?? 0] ?? 0) - mean);
      curvature += weight * (squares - mean * mean);
    }
    factor = Math.min(4, Math.max(0.1, factor + gradient / curvature));
  }
  return points.map(({ raw, log_weight }) => ({ raw, log_weight: factor * log_weight }));
}

/** Moves each point until as many were selected near it as the chances say, as far as the prior lets it. */
function fitPoints(rows: Rows, prior: Points): Points {
  let points = prior;
  for (let round = 0; round < pointRounds; round += 1) {
    const { surplus, expected } = compareWithOutcomes(rows, toChances(rows, toLogs(rows, points)));
    let most = Number.NEGATIVE_INFINITY;
    points = points.map(({ raw, log_weight }, k) => {
      const pull = ((prior[k]?.log_weight ?? 0) - log_weight) / pointVariance;
      const step = (pull + (surplus[k] ?? 0)) / ((expected[k] ?? 0) + 1 / pointVariance);
      most = Math.max(most, log_weight + damping * step);
      return { raw, log_weight: most };
    });
  }
  return points;
}

/** By point: how many of the hypotheses nearest to it were expected to be selected, and how many more were. */
function compareWithOutcomes({ low, share, starts, selected, weights }: Rows, chances: Float64Array) {
  const surplus = new Float64Array(knots.length);
  const expected = new Float64Array(knots.length);
  for (const [i, weight] of weights.entries()) {
    for (let row = starts[i] ?? 0; row < (starts[i + 1] ?? 0); row += 1) {
      const nearest = (low[row] ?? 0) + ((share[row] ?? 0) < 0.5 ? 0 : 1);
      const chance = weight * (chances[row] ?? 0);
      expected[nearest] = (expected[nearest] ?? 0) + chance;
      surplus[nearest] = (surplus[nearest] ?? 0) + (row === selected[i] ? weight : 0) - chance;
    }
  }
  return { surplus, expected };
}

/** In [0, 1] and in the order of the raw ones; with the chance of none of these they add up to 1. */
export function applyCalibration({ points, none }: Calibration, confidences: readonly number[]): number[] {
  const rows = toRows([{ confidences, selected: 0, weight: 1 }]);
  return Array.from(toChances(rows, toLogs(rows, points)), (chance) => (1 - none) * chance);
}

const minSelections = 2;
/** Fewer outcomes cannot tell 85 from 70 of 100. */
export const minOutcomes = 40;

/** Whether to use the best hypothesis without asking: not before the calibration and the user are known. */
export function autoAdvance(
  confidence: number,
  { outcomes, selections }: { outcomes: number; selections: number },
  threshold = 0.8,
): boolean {
  return confidence >= threshold && selections >= minSelections && outcomes >= minOutcomes;
}

/** ECE over bins of equal width, weighted by size, in [0, 1] (Naeini et al. 2015). */
export function expectedCalibrationError(
  outcomes: { confidence: number; selected: boolean }[],
  bins = 10,
): number {
  const groups = Map.groupBy(outcomes, ({ confidence }) => Math.min(bins - 1, Math.floor(confidence * bins)));
  return [...groups.values()].reduce((sum, group) => sum + computeGap(group) / outcomes.length, 0);
}

function computeGap(group: { confidence: number; selected: boolean }[]): number {
  return Math.abs(group.reduce((sum, { confidence, selected }) => sum + confidence - (selected ? 1 : 0), 0));
}
