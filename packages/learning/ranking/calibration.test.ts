import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  applyCalibration,
  autoAdvance,
  type CalibrationOutcome,
  expectedCalibrationError,
  fitCalibration,
  noCalibration,
} from './calibration.ts';

/** Outcomes whose true frequency is the square of the confidence that was shown: overconfident. */
function overconfident(count: number): CalibrationOutcome[] {
  return Array.from({ length: count }, (_, i) => {
    const confidence = ((i * 37) % 100) / 100;
    return { confidence, selected: (i * 0.618034) % 1 < confidence ** 2 };
  });
}

test('without outcomes confidences pass unchanged', () => {
  for (const p of [0.1, 0.5, 0.9]) expect(applyCalibration(noCalibration, p)).toBeCloseTo(p, 10);
  expect(applyCalibration(fitCalibration([]), 0.3)).toBeCloseTo(0.3, 10);
});

test('after 5,000 outcomes the calibration error is at most 0.05', () => {
  const seen = overconfident(5000);
  const fitted = fitCalibration(seen);
  const before = expectedCalibrationError(seen);
  const after = expectedCalibrationError(
    overconfident(7000).map((o) => ({ ...o, confidence: applyCalibration(fitted, o.confidence) })),
  );
  expect(before).toBeGreaterThan(0.1);
  expect(after).toBeLessThan(0.05);
});

test('two outcomes barely change the map', () => {
  const fitted = fitCalibration([
    { confidence: 0.9, selected: false },
    { confidence: 0.8, selected: false },
  ]);
  expect(applyCalibration(fitted, 0.9)).toBeGreaterThan(0.7);
});

test('whatever was observed, calibrated confidences stay in [0, 1] and in order', () => {
  const outcome = fc.record({
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    selected: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(outcome),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (seen, a, b) => {
        const fitted = fitCalibration(seen);
        const [low, high] = [
          applyCalibration(fitted, Math.min(a, b)),
          applyCalibration(fitted, Math.max(a, b)),
        ];
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(high).toBeGreaterThanOrEqual(low - 1e-12);
      },
    ),
  );
});

test.each([
  [0.9, 10, true],
  [0.85, 3, true],
  [0.84, 10, false],
  [0.99, 2, false],
])('confidence %d with %d selections advances: %s', (confidence, selections, advances) => {
  expect(autoAdvance(confidence, selections)).toBe(advances);
});
