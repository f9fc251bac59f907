import { expect, it } from 'vitest';
import { type TrainingExample, toExamples } from './examples.ts';
import { importanceWeights } from './importance-weights.ts';
import { estimateOffPolicy } from './off-policy.ts';

/** Two hypotheses, shown in this order; the first place was a draw of this propensity. */
function shown(
  first: 'best' | 'worst',
  { propensity = 1, selects = 1, user = 'ada' }: { propensity?: number; selects?: 1 | 2; user?: string } = {},
): TrainingExample {
  const quality = first === 'best' ? [1, 0] : [0, 1];
  const hypotheses = quality.map((x, i) => ({
    ...{ position: i + 1, propensity, features: { x }, selected: selects === i + 1 },
  }));
  return { user, hypotheses };
}

/** Of a ranker that puts the best first. */
const estimate = (examples: TrainingExample[]) => estimateOffPolicy(toExamples(examples), Float64Array.of(1));

const times = (count: number, example: TrainingExample) => Array<TrainingExample>(count).fill(example);

it('counts a swap at the usual rate of exploration in full: 1 of 40, with a weight of 40', () => {
  // 0.05 × ½: of three hypotheses, one of two pairs is swapped.
  const log = [shown('best', { propensity: 0.025 }), ...times(39, shown('worst', { propensity: 0.975 }))];
  expect(estimate(log)).toEqual({ ips: 1, snips: 1, support: 1 / 40, displays: 40 });
});

it.each([
  [0.02, 0.5],
  [0.01, 1],
  [0.005, 1],
])(
  'clips the weight at 100, as a single swap must not decide: a propensity of %d gives %d',
  (propensity, ips) => {
    expect(estimate([shown('best', { propensity }), ...times(99, shown('worst'))]).ips).toBeCloseTo(ips, 10);
  },
);

it('rewards what was selected only, and divides by all displays (ips) or by those with support (snips)', () => {
  const log = [
    ...[shown('best', { propensity: 0.5 }), shown('best', { propensity: 0.25, selects: 2 })],
    ...[shown('worst'), shown('worst', { selects: 2 })],
  ];
  // Weights 2 (selected) and 4 (not) of four displays.
  expect(estimate(log)).toEqual({ ips: 0.5, snips: 1 / 3, support: 0.5, displays: 4 });
});

it('weighs a rare swap 10 times at most in the fit, by the least of its propensities', () => {
  const log = [0.5, 0.1, 0.05].map((propensity) => shown('best', { propensity }));
  const [half, tenth, twentieth] = importanceWeights(toExamples(log), 20);
  // 2, 10 and 10, made 1 on average.
  expect(half).toBeCloseTo(2 * (3 / 22), 10);
  expect(tenth).toBeCloseTo(10 * (3 / 22), 10);
  expect(twentieth).toBeCloseTo(10 * (3 / 22), 10);
  const [swapped = shown('best')] = log;
  swapped.hypotheses[1] = { position: 2, propensity: 0.25, features: { x: 0 }, selected: false };
  expect(importanceWeights(toExamples(log), 20)[0]).toBeCloseTo(4 * (3 / 24), 10);
});

it('lets nobody count for more than the most that a user may, however much they select', () => {
  const log = [...times(4, shown('best', { user: 'eager' })), ...times(2, shown('best', { user: 'calm' }))];
  const weights = importanceWeights(toExamples(log), 2);
  // Each of the four counts half: 4 × ½ = 2 × 1, made 1 on average.
  expect([...weights]).toEqual([0.75, 0.75, 0.75, 0.75, 1.5, 1.5]);
});
