import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  applyCalibration,
  autoAdvance,
  type CalibrationOutcome,
  expectedCalibrationError,
  fitCalibration,
  globalCalibration,
} from './calibration.ts';

/** Two hypotheses at `confidence` and the rest, of which the first is selected as often as `rate` says. */
function outcomesOf(count: number, rate: (confidence: number) => number): CalibrationOutcome[] {
  return Array.from({ length: count }, (_, i) => {
    const confidence = 0.5 + ((i * 37) % 50) / 100;
    const selected = (i * 0.618034) % 1 < rate(confidence) ? 0 : 1;
    return { confidences: [confidence, 1 - confidence], selected, weight: 1 };
  });
}

const pairsOf = (outcomes: CalibrationOutcome[], calibrate: (raw: readonly number[]) => readonly number[]) =>
  outcomes.flatMap(({ confidences, selected }) =>
    calibrate(confidences).map((confidence, i) => ({ confidence, selected: i === selected })),
  );

const overconfident = (confidence: number) => 0.5 + (confidence - 0.5) / 2;

test('a new tenant gets confidences nearer to even odds, in the same order', () => {
  const [first = 0, second = 0] = applyCalibration(globalCalibration, [0.8, 0.2]);
  expect(first).toBeGreaterThan(0.6);
  expect(first).toBeLessThan(0.8);
  expect(second).toBeGreaterThan(0.2);
  expect(applyCalibration(globalCalibration, [0.25, 0.25, 0.25, 0.25])).toEqual([0.245, 0.245, 0.245, 0.245]);
});

test('after 2,000 outcomes the calibration error is at most 0.03', () => {
  const seen = outcomesOf(2000, overconfident);
  const calibration = fitCalibration(seen);
  expect(expectedCalibrationError(pairsOf(seen, (raw) => raw))).toBeGreaterThan(0.1);
  const later = pairsOf(outcomesOf(3000, overconfident), (raw) => applyCalibration(calibration, raw));
  expect(expectedCalibrationError(later)).toBeLessThan(0.03);
});

test('two outcomes barely change it, and outcomes of weight 0 not at all', () => {
  const seen = outcomesOf(2, () => 0);
  const [before = 0] = applyCalibration(globalCalibration, [0.9, 0.1]);
  expect(applyCalibration(fitCalibration(seen), [0.9, 0.1])[0]).toBeGreaterThan(before - 0.15);
  const none = fitCalibration(seen.map((outcome) => ({ ...outcome, weight: 0 })));
  expect(applyCalibration(none, [0.9, 0.1])[0]).toBeCloseTo(before, 6);
  expect(none.outcomes).toBe(0);
});

test('outcomes add up with those of the calibration that it starts from', () => {
  const ofTenant = fitCalibration(outcomesOf(15, overconfident));
  expect(fitCalibration(outcomesOf(30, overconfident), ofTenant).outcomes).toBe(45);
});

test('the chance of none of these follows how often none was selected', () => {
  const outcomes = Array.from({ length: 200 }, (_, i) => ({
    confidences: [0.6, 0.4],
    selected: i % 4 === 0 ? null : 0,
    weight: 1,
  }));
  expect(fitCalibration(outcomes).none).toBeCloseTo((50 + 10 * 0.02) / 210, 6);
});

const outcome = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 })
  .chain((confidences) =>
    fc.record({
      confidences: fc.constant(confidences),
      selected: fc.option(fc.nat(confidences.length - 1), { nil: null }),
      weight: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  );

test('whatever was observed, confidences keep their order and add up to 1 with none of these', () => {
  fc.assert(
    fc.property(fc.array(outcome), outcome, (seen, { confidences }) => {
      const calibration = fitCalibration(seen);
      const calibrated = applyCalibration(calibration, confidences);
      expect(calibrated.reduce((sum, chance) => sum + chance, calibration.none)).toBeCloseTo(1, 9);
      for (const [i, chance] of calibrated.entries()) {
        expect(chance).toBeGreaterThanOrEqual(0);
        for (const [j, other] of calibrated.entries())
          if ((confidences[i] ?? 0) > (confidences[j] ?? 0))
            expect(chance).toBeGreaterThanOrEqual(other - 1e-9);
      }
    }),
  );
});

test.each([
  [0.9, 10, 100, true],
  [0.8, 2, 40, true],
  [0.79, 10, 100, false],
  [0.99, 1, 100, false],
  [0.99, 10, 39, false],
])(
  'confidence %d with %d selections and %d outcomes advances: %s',
  (confidence, selections, outcomes, advances) => {
    expect(autoAdvance(confidence, { selections, outcomes })).toBe(advances);
  },
);

test.each([
  // Raw confidences that are points themselves: 0.98 × 0.8^0.7 / (0.8^0.7 + 0.2^0.7).
  { raw: [0.8, 0.2], calibrated: [0.710696, 0.269304] },
  { raw: [0.5, 0.3, 0.2], calibrated: [0.440267, 0.307909, 0.231824] },
  // Between two points, by the logit.
  { raw: [0.825, 0.175], calibrated: [0.732568, 0.247432] },
  // Only ratios matter.
  { raw: [2, 6], calibrated: [0.310355, 0.669645] },
  // Beyond the outermost points, which are 0.0005 and 0.998.
  { raw: [1, 0], calibrated: [0.975225, 0.004775] },
  { raw: [0, 0], calibrated: [0.49, 0.49] },
])('a new tenant gets $calibrated for $raw', ({ raw, calibrated }) => {
  expect(applyCalibration(globalCalibration, raw)).toEqual(
    calibrated.map((chance) => expect.closeTo(chance, 6)),
  );
});

// Reckoned apart from this code: the best sharpness by a search over [0.1, 4], then eight rounds of the points.
test.each([
  {
    outcomes: [
      ...Array.from({ length: 10 }, (_, i) => ({
        confidences: [0.8, 0.2],
        selected: i < 6 ? 0 : 1,
        weight: 1,
      })),
      ...Array.from({ length: 4 }, () => ({ confidences: [0.5, 0.3, 0.2], selected: 1, weight: 0.5 })),
      ...Array.from({ length: 3 }, () => ({ confidences: [0.62, 0.38], selected: 0, weight: 1 })),
    ],
    points: {
      0.005: -3.410683,
      0.15: -1.221232,
      0.2: -0.90045,
      0.25: -0.892399,
      0.3: -0.464308,
      0.55: -0.384845,
    },
    later: { 0.6: -0.034138, 0.95: -0.033019, 0.998: -0.001289 },
  },
  {
    outcomes: Array.from({ length: 60 }, () => ({ confidences: [0.6, 0.4], selected: 0, weight: 1 })),
    points: { 0.0005: -8.806084, 0.35: -1.21628, 0.4: -1.21628, 0.45: -0.925117, 0.55: -0.692629 },
    later: { 0.6: 0.587732, 0.65: 0.587732, 0.998: 0.587732 },
  },
  {
    outcomes: Array.from({ length: 30 }, () => ({ confidences: [0.95, 0.05], selected: 1, weight: 1 })),
    points: { 0.0005: -0.532063, 0.005: -0.370882, 0.02: -0.273842, 0.05: 2.529078 },
    later: { 0.6: 2.529078, 0.998: 2.529078 },
  },
])('a fit moves the points as far as outcomes and prior say', ({ outcomes, points, later }) => {
  const fitted = new Map(fitCalibration(outcomes).points.map(({ raw, log_weight }) => [raw, log_weight]));
  expect(fitted.size).toBe(24);
  for (const [raw, log] of Object.entries({ ...points, ...later }))
    expect([raw, fitted.get(Number(raw))]).toEqual([raw, expect.closeTo(log ?? 0, 5)]);
});

test('outcomes of none of these move no point', () => {
  const none = Array.from({ length: 50 }, () => ({ confidences: [0.8, 0.2], selected: null, weight: 1 }));
  expect(fitCalibration(none).points).toEqual(globalCalibration.points);
});

test('a fit starts from the points of the calibration that it is given', () => {
  const points = globalCalibration.points.map(({ raw }) => ({ raw, log_weight: Math.log(raw) }));
  const again = fitCalibration([], { points, none: 0.5, outcomes: 7 });
  expect(again).toEqual({ points, none: 0.5, outcomes: 7 });
});

test('the calibration error weighs the gap of each bin by its size', () => {
  const outcomes = [
    { confidence: 0.25, selected: true },
    { confidence: 0.25, selected: false },
    { confidence: 0.95, selected: true },
    { confidence: 1, selected: false },
  ];
  // Bins 2 and 9, into which 1 falls too: |0.5 − 1| and |1.95 − 1|, of 4 outcomes.
  expect(expectedCalibrationError(outcomes)).toBeCloseTo(1.45 / 4, 9);
  expect(expectedCalibrationError(outcomes, 1)).toBeCloseTo(0.45 / 4, 9);
  expect(expectedCalibrationError([])).toBe(0);
});

test('the threshold of advancing may be another one', () => {
  const known = { selections: 2, outcomes: 40 };
  expect([0.49, 0.5].map((confidence) => autoAdvance(confidence, known, 0.5))).toEqual([false, true]);
});
