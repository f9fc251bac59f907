/** A confidence in [0, 1] that was shown, and whether what it was shown for was picked. */
export interface Outcome {
  confidence: number;
  picked: boolean;
}

/**
 * A map from raw to calibrated confidence: σ(low · ln p − high · ln(1 − p) + offset) with low, high ≥ 0, so that the
 * order stays (Kull et al. 2017, "Beta calibration").
 */
export interface Calibration {
  low: number;
  high: number;
  offset: number;
  /** How many outcomes it rests on. */
  outcomes: number;
}

/** Nothing has been observed: confidences pass unchanged. The prior of a tenant's first fit. */
export const noCalibration: Calibration = { low: 1, high: 1, offset: 0, outcomes: 0 };

/** So many picks of a user are enough evidence to act without asking. */
const enough = 3;

/**
 * Whether the first place may be taken without asking: its calibrated confidence reaches the threshold, and the user
 * has picked often enough for it to mean something.
 */
export function autoAdvance(confidence: number, picks: number, threshold = 0.85): boolean {
  return confidence >= threshold && picks >= enough;
}

type Point = [number, number, number];

/** So many outcomes weigh as much as the prior does. */
const priorWeight = 60;
const rounds = 30;

/** The map that fits the outcomes best, drawn towards the prior while they are few (Newton's method, MAP). */
export function fitCalibration(outcomes: Outcome[], prior: Calibration = noCalibration): Calibration {
  const start: Point = [prior.low, prior.high, prior.offset];
  const points = outcomes.map(({ confidence, picked }) => ({ at: pointOf(confidence), hit: picked ? 1 : 0 }));
  let fitted = start;
  for (let round = 0; round < rounds; round += 1) fitted = newtonStep(fitted, start, points);
  return { low: fitted[0], high: fitted[1], offset: fitted[2], outcomes: prior.outcomes + outcomes.length };
}

/** The calibrated confidence, in [0, 1]. Never turns an order round. */
export function applyCalibration(calibration: Calibration, confidence: number): number {
  return sigmoid(inner([calibration.low, calibration.high, calibration.offset], pointOf(confidence)));
}

function pointOf(confidence: number): Point {
  const bounded = Math.min(0.999, Math.max(0.001, confidence));
  return [Math.log(bounded), -Math.log(1 - bounded), 1];
}

function newtonStep(fitted: Point, prior: Point, points: { at: Point; hit: number }[]): Point {
  const gradient: Point = [0, 0, 0];
  const curvature: [Point, Point, Point] = [
    [priorWeight / 4, 0, 0],
    [0, priorWeight / 4, 0],
    [0, 0, priorWeight / 4],
  ];
  for (const { at, hit } of points) {
    const chance = sigmoid(inner(fitted, at));
    for (const [i, row] of curvature.entries()) {
      gradient[i] = (gradient[i] ?? 0) + (hit - chance) * (at[i] ?? 0);
      for (const j of row.keys())
        row[j] = (row[j] ?? 0) + chance * (1 - chance) * (at[i] ?? 0) * (at[j] ?? 0);
    }
  }
  for (const [i, value] of prior.entries()) {
    gradient[i] = (gradient[i] ?? 0) + (priorWeight / 4) * (value - (fitted[i] ?? 0));
  }
  const step = solve(curvature, gradient);
  return [Math.max(0, fitted[0] + step[0]), Math.max(0, fitted[1] + step[1]), fitted[2] + step[2]];
}

/** Solves a 3 × 3 system by Cramer's rule. */
function solve(rows: [Point, Point, Point], right: Point): Point {
  const [a, b, c] = transposed(rows);
  const whole = inner(a, cross(b, c));
  return [
    inner(right, cross(b, c)) / whole,
    inner(a, cross(right, c)) / whole,
    inner(a, cross(b, right)) / whole,
  ];
}

function transposed([a, b, c]: [Point, Point, Point]): [Point, Point, Point] {
  return [
    [a[0], b[0], c[0]],
    [a[1], b[1], c[1]],
    [a[2], b[2], c[2]],
  ];
}

function cross(a: Point, b: Point): Point {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function inner(a: Point, b: Point): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
