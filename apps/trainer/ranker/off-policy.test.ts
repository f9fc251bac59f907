import { expect, it } from 'vitest';
import { type TrainingExample, toExamples } from './examples.ts';
import { estimateOffPolicy } from './off-policy.ts';

/** Two hypotheses, shown in this order; the first place was a draw of this propensity. */
function shown(
  first: 'best' | 'worst',
  { propensity = 1, selects = 1 }: { propensity?: number; selects?: 1 | 2 } = {},
): TrainingExample {
  const quality = first === 'best' ? [1, 0] : [0, 1];
  const hypotheses = quality.map((x, i) => ({
    ...{ position: i + 1, propensity, features: { x }, selected: selects === i + 1 },
  }));
  return { user: 'ada', hypotheses };
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

/** Rows of position, quality and propensity; the last of them is selected. */
const rows = (...all: [position: number, x: number, propensity: number][]): TrainingExample => ({
  user: 'ada',
  hypotheses: all.map(([position, x, propensity], i) => ({
    ...{ position, propensity, features: { x }, selected: i === all.length - 1 },
  })),
});

it('finds the first place and its propensity by position, not by the order of the rows', () => {
  expect(estimate([rows([2, 0, 0.125], [3, 0.5, 0.125], [1, 1, 0.25])])).toMatchObject({
    ips: 4,
    support: 1,
  });
});

it('has no support where no hypothesis is known to have been first', () => {
  expect(estimate([rows([2, 0, 1], [3, 1, 1])])).toEqual({ ips: 0, snips: 0, support: 0, displays: 1 });
});

it('takes the earlier of two hypotheses that the ranker likes the same', () => {
  expect(estimate([rows([2, 1, 1], [1, 1, 1])]).support).toBe(0);
  expect(estimate([rows([1, 1, 1], [2, 1, 1])]).support).toBe(1);
});

it('looks for the best among the hypotheses of an interaction only', () => {
  const [here, better] = [rows([1, 0.5, 1], [2, 0, 1]), rows([1, 1, 1], [2, 0, 1])];
  expect(estimate([here, better]).support).toBe(1);
});

it('does not let the effects of positions, which a candidate has no part in, decide what comes first', () => {
  const examples = toExamples([rows([2, 1, 1], [1, 0.5, 1])]);
  // β = 1, and 9 utilities less at the second position.
  expect(estimateOffPolicy(examples, Float64Array.of(1, -9)).support).toBe(0);
});

it('estimates nothing from no displays', () => {
  expect(estimate([])).toEqual({ ips: 0, snips: 0, support: 0, displays: 0 });
});
