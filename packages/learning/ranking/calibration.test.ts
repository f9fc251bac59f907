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
