import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type TrainingExample, toExamples } from './examples.ts';
import { importanceWeights } from './importance-weights.ts';

/** Hypotheses that were shown with these propensities. */
const shown = (propensities: number[], user = 'ada'): TrainingExample => ({
  user,
  hypotheses: propensities.map((propensity, i) => ({
    ...{ position: i + 1, propensity, features: {}, selected: i === 0 },
  })),
});

const times = (count: number, example: TrainingExample) => Array<TrainingExample>(count).fill(example);

it('weighs a rare swap 10 times at most in the fit: propensities of a half, a tenth and a twentieth', () => {
  const log = [0.5, 0.1, 0.05].map((propensity) => shown([propensity, propensity]));
  const [half, tenth, twentieth] = importanceWeights(toExamples(log), 20);
  // 2, 10 and 10, made 1 on average.
  expect(half).toBeCloseTo(2 * (3 / 22), 10);
  expect(tenth).toBeCloseTo(10 * (3 / 22), 10);
  expect(twentieth).toBeCloseTo(10 * (3 / 22), 10);
});

it('goes by the least propensity of an interaction, wherever it is and whatever was selected', () => {
  const log = [shown([0.5, 0.25, 1]), shown([0.125, 0.5]), shown([1, 1])];
  // 4, 8 and 1, made 1 on average.
  expect([...importanceWeights(toExamples(log), 20)]).toEqual([12 / 13, 24 / 13, 3 / 13]);
});

it('lets nobody count for more than the most that a user may, however much they select', () => {
  const log = [...times(4, shown([1], 'eager')), ...times(2, shown([1], 'calm'))];
  // Each of the four counts half: 4 × ½ = 2 × 1, made 1 on average.
  expect([...importanceWeights(toExamples(log), 2)]).toEqual([0.75, 0.75, 0.75, 0.75, 1.5, 1.5]);
});

it('counts each selection of a user with just the most in full, and a little less with one more', () => {
  const [calm, busy] = [times(3, shown([1], 'calm')), times(4, shown([1], 'busy'))];
  const weights = importanceWeights(toExamples([...calm, ...busy]), 3);
  // 3 × 1 + 4 × ¾ = 6 of 7 interactions.
  expect([...weights]).toEqual([7 / 6, 7 / 6, 7 / 6, 7 / 8, 7 / 8, 7 / 8, 7 / 8]);
});

it('takes a propensity of 0, which no policy gives, as a very small one', () => {
  expect([...importanceWeights(toExamples([shown([0]), shown([0.1])]), 20)]).toEqual([1, 1]);
});

it('weighs no interactions as none', () => {
  expect([...importanceWeights(toExamples([]), 20)]).toEqual([]);
});

const interactions = fc.array(
  fc.record({
    user: fc.constantFrom('ada', 'bob', 'eve'),
    propensities: fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 30 },
);

it('weighs 1 on average, and no interaction more than ten times another of the same user', () => {
  fc.assert(
    fc.property(interactions, fc.integer({ min: 1, max: 10 }), (drawn, maxPerUser) => {
      const log = drawn.map(({ user, propensities }) => shown(propensities, user));
      const weights = [...importanceWeights(toExamples(log), maxPerUser)];
      expect(weights.reduce((sum, weight) => sum + weight, 0) / weights.length).toBeCloseTo(1, 10);
      for (const user of ['ada', 'bob', 'eve']) {
        const own = weights.filter((_, i) => drawn[i]?.user === user);
        if (own.length > 0) expect(Math.max(...own) / Math.min(...own)).toBeLessThan(10.000_001);
      }
    }),
  );
});
