import fc from 'fast-check';
import { expect, it } from 'vitest';
import { choiceProbabilities, fitLogit, type LogitOptions, toUtility } from './conditional-logit.ts';
import { type TrainingExample, type TrainingExamples, toExamples } from './examples.ts';

/** Features of each hypothesis in order of position, and which of them was selected, from 0. */
const selecting = (selected: number, ...features: Record<string, number>[]): TrainingExample => ({
  user: 'ada',
  hypotheses: features.map((one, i) => ({
    ...{ position: i + 1, propensity: 1, features: one, selected: i === selected },
  })),
});
const times = (count: number, example: TrainingExample) => Array<TrainingExample>(count).fill(example);
/** x = 1 beside x = 0, of which one is selected. */
const one = selecting(0, { x: 1 }, { x: 0 });
const zero = selecting(1, { x: 1 }, { x: 0 });

function fit(log: TrainingExample[], options: Partial<LogitOptions> = {}, names?: string[]) {
  const examples = toExamples(log, names);
  const weights = Float64Array.from(log, () => 1);
  const prior = new Float64Array(examples.names.length);
  return fitLogit(examples, { prior, ridge: 0, weights, withPositions: false, ...options });
}

it('gives the log-odds of one feature: ln 3 where three of four select it', () => {
  const { coefficients, positions, iterations } = fit([one, zero, one, one]);
  expect(coefficients[0]).toBeCloseTo(Math.log(3), 5);
  expect([...positions]).toEqual([0, 0, 0, 0, 0, 0]);
  // Newton's method doubles the right digits with each step.
  expect(iterations).toBeLessThan(7);
});

it('gives the log-odds of two features against neither: ln 4 and ln 2 for 4, 2 and 1 selections of three', () => {
  const shown = [{ a: 1 }, { b: 1 }, {}];
  const log = [4, 2, 1].flatMap((count, i) => times(count, selecting(i, ...shown)));
  const { coefficients, iterations } = fit(log);
  expect(coefficients[0]).toBeCloseTo(Math.log(4), 5);
  expect(coefficients[1]).toBeCloseTo(Math.log(2), 5);
  expect(iterations).toBeLessThan(7);
});

it('takes two features apart that come together: a with b against b, and b against neither', () => {
  const log = [
    ...[...times(3, selecting(0, { a: 1, b: 1 }, { b: 1 })), selecting(1, { a: 1, b: 1 }, { b: 1 })],
    ...[...times(2, selecting(0, { a: 1, b: 2 }, { a: 1 })), selecting(1, { a: 1, b: 2 }, { a: 1 })],
  ];
  const { coefficients } = fit(log);
  expect(coefficients[0]).toBeCloseTo(Math.log(3), 5);
  // e^2b = 2.
  expect(coefficients[1]).toBeCloseTo(Math.log(2) / 2, 5);
});

it('weighs interactions: weights of 3 and 1 are three selections against one', () => {
  expect(fit([one, zero], { weights: Float64Array.of(3, 1) }).coefficients[0]).toBeCloseTo(Math.log(3), 5);
});

it('shrinks towards the prior as strongly as the ridge says, by the variance of the feature', () => {
  // The pull of three selections of four at β = 0 is 3 − 4 × ½ = 1 = 4 × ¼ × (0 − −1).
  expect(fit([one, one, one, zero], { ridge: 4, prior: Float64Array.of(-1) }).coefficients[0]).toBeCloseTo(
    0,
    6,
  );
  // At β = ln 2 it is 3 − 4 × ⅔ = ⅓ = ridge × ¼ × ln 2.
  const ridge = 4 / (3 * Math.log(2));
  expect(fit([one, one, one, zero], { ridge }).coefficients[0]).toBeCloseTo(Math.log(2), 6);
});

it('shrinks alike in any unit: a tenth of the coefficient for ten times the feature', () => {
  const tenfold = [one, one, one, zero].map(({ user, hypotheses }) => ({
    user,
    hypotheses: hypotheses.map((all) => ({ ...all, features: { x: 10 * (all.features['x'] ?? 0) } })),
  }));
  const ridge = 4 / (3 * Math.log(2));
  expect(fit(tenfold, { ridge }).coefficients[0]).toBeCloseTo(Math.log(2) / 10, 7);
});

it('takes the variance within interactions, by their weights', () => {
  // ¼ with weight 3 and 2¼ with weight 1: 3 of 4. The pull at β = 0 is 3 × ½ + 1 × 3 × ½ = 3 = 4 × ¾ × 1.
  const log = [one, selecting(0, { x: 3 }, { x: 0 })];
  const options = { ridge: 4, prior: Float64Array.of(-1), weights: Float64Array.of(3, 1) };
  expect(fit(log, options).coefficients[0]).toBeCloseTo(0, 6);
  // Of three hypotheses 2: the pull is 3 × ⅔ = 2 = 1 × 2 × 1. Beside it 5 everywhere, which says nothing.
  const three = selecting(0, { x: 8 }, { x: 5 }, { x: 5 });
  expect(fit([three], { ridge: 1, prior: Float64Array.of(-1) }).coefficients[0]).toBeCloseTo(0, 6);
});

it('takes less than one selection for less: half a weight, half a variance', () => {
  // The pull at β = 0 is ½ × ½ = ¼ = 2 × ½ × ¼ × 1.
  const options = { ridge: 2, prior: Float64Array.of(-1), weights: Float64Array.of(0.5) };
  expect(fit([one], options).coefficients[0]).toBeCloseTo(0, 6);
});

it.each([0, 10])('leaves a feature that never differs at its prior, with a ridge of %d', (ridge) => {
  const log = [one, one, zero, zero].map(({ user, hypotheses }) => ({
    user,
    hypotheses: hypotheses.map((all) => ({ ...all, features: { ...all.features, same: 2 } })),
  }));
  const { coefficients } = fit(log, { ridge, prior: Float64Array.of(0.7, 0) });
  expect(coefficients[0]).toBeCloseTo(0.7, 6);
  expect(coefficients[1]).toBeCloseTo(0, 6);
});

it('finds its way from a prior where a full step would go too far', () => {
  expect(fit([one, one, one, zero], { prior: Float64Array.of(10) }).coefficients[0]).toBeCloseTo(
    Math.log(3),
    5,
  );
});

it('stays at the prior rather than getting worse, where even a millionth of a step goes too far', () => {
  // At β = 20 three selections of four are all but certain, so that the step is a hundred million long.
  const { coefficients, iterations } = fit([one, one, one, zero], { prior: Float64Array.of(20) });
  expect([coefficients[0], iterations]).toEqual([20, 1]);
});

it('ends after 50 steps where every selection agrees and nothing holds the coefficient back', () => {
  const { coefficients, iterations } = fit([one, one]);
  expect(iterations).toBe(50);
  expect(coefficients[0]).toBeGreaterThan(10);
});

/** As many selections of each position, of hypotheses that are all alike. */
const byPosition = (...counts: number[]) =>
  counts.flatMap((count, i) => times(count, selecting(i, ...counts.map(() => ({ x: 1 })))));

it('gives the log-odds of the positions against the first; those from the sixth on share one', () => {
  const { positions, coefficients } = fit(byPosition(8, 4, 2, 1, 16, 1, 3), { withPositions: true });
  const odds = [1, 1 / 2, 1 / 4, 1 / 8, 2, 1 / 4];
  for (const [i, ratio] of odds.entries()) expect(positions[i]).toBeCloseTo(Math.log(ratio), 5);
  expect(positions).toHaveLength(6);
  expect([...coefficients]).toEqual([expect.closeTo(0, 4)]);
});

it('holds the effects of positions back a little: as features of variance 0.05, towards 0', () => {
  // At γ = −ln 2 the pull is 1 − 4 × ⅓ = −⅓ = ridge × 0.05 × −ln 2.
  const ridge = 20 / (3 * Math.log(2));
  const { positions } = fit(byPosition(3, 1), { ridge, withPositions: true });
  expect(positions[1]).toBeCloseTo(-Math.log(2), 6);
});

it('tells a taste from the place: a feature that is always first, sometimes swapped', () => {
  const swapped = selecting(0, { x: 0 }, { x: 1 });
  const swappedBack = selecting(1, { x: 0 }, { x: 1 });
  // Odds of 6 with the first place, and of 3⁄2 without it: e^β = 3 and e^γ = ½.
  const log = [...times(6, one), zero, ...times(2, swapped), ...times(3, swappedBack)];
  const { coefficients, positions } = fit(log, { withPositions: true });
  expect(coefficients[0]).toBeCloseTo(Math.log(3), 5);
  expect(positions[1]).toBeCloseTo(-Math.log(2), 5);
});

const three = toExamples([selecting(0, { a: 1, b: 2 }, { a: 3 }, { b: 1 })]);

it('adds features by coefficient, then the effect of the position', () => {
  const theta = Float64Array.of(10, 100, 7, 9);
  expect([0, 1, 2].map((row) => toUtility(three, theta, row))).toEqual([210, 37, 109]);
  const late: TrainingExamples = { ...three, positions: Uint8Array.of(6, 7, 0) };
  const effects = Float64Array.of(0, 0, 1, 2, 3, 4, 5);
  expect([0, 1].map((row) => toUtility(late, effects, row))).toEqual([5, 5]);
  expect(toUtility({ ...three, positions: new Uint8Array() }, theta, 1)).toBe(30);
});

it('gives probabilities in proportion to e^utility, however large the utilities', () => {
  const [first, second] = choiceProbabilities(toExamples([one]), Float64Array.of(Math.log(3)), 0, 2);
  expect([first, second]).toEqual([expect.closeTo(0.75, 12), expect.closeTo(0.25, 12)]);
  expect([...choiceProbabilities(three, Float64Array.of(1_000, 0), 0, 2)]).toEqual([0, 1]);
  // Beside the utility of 0 of the row after them, these two are as good as none.
  expect([...choiceProbabilities(three, Float64Array.of(-1_000, 0), 0, 2)]).toEqual([1, 0]);
});

const hypotheses = fc.array(
  fc.record({ a: fc.integer({ min: -3, max: 3 }), b: fc.integer({ min: -3, max: 3 }) }),
  {
    minLength: 2,
    maxLength: 4,
  },
);
const log = fc.array(fc.tuple(hypotheses, fc.nat()), { minLength: 1, maxLength: 12 });

it('ends where no small change of a coefficient makes the selections likelier', () => {
  fc.assert(
    fc.property(log, (drawn) => {
      const examples = toExamples(
        drawn.map(([all, at]) => selecting(at % all.length, ...all)),
        ['a', 'b'],
      );
      const weights = Float64Array.from(drawn, () => 1);
      const options = { prior: Float64Array.of(0.5, -0.5), ridge: 1, weights, withPositions: false };
      const { coefficients } = fitLogit(examples, options);
      const best = penalizedLikelihood(drawn, coefficients);
      for (const change of [
        [0.01, 0],
        [-0.01, 0],
        [0, 0.01],
        [0, -0.01],
      ])
        expect(
          penalizedLikelihood(
            drawn,
            coefficients.map((value, k) => value + (change[k] ?? 0)),
          ),
        ).toBeLessThanOrEqual(best + 1e-9);
    }),
    { numRuns: 50 },
  );
});

/** ln P of the selections, less half of the squared distances from (½, −½) by the features' variance. */
function penalizedLikelihood(
  drawn: [{ a: number; b: number }[], number][],
  [a = 0, b = 0]: Float64Array,
): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = (of: 'a' | 'b') =>
    mean(drawn.map(([all]) => mean(all.map((one) => one[of] ** 2)) - mean(all.map((one) => one[of])) ** 2));
  const likelihoods = drawn.map(([all, at]) => {
    const odds = all.map((one) => Math.exp(a * one.a + b * one.b));
    return Math.log((odds[at % all.length] ?? 0) / (mean(odds) * odds.length));
  });
  const penalty = variance('a') * (a - 0.5) ** 2 + variance('b') * (b + 0.5) ** 2;
  return mean(likelihoods) * likelihoods.length - penalty / 2;
}
