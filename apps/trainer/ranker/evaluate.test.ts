import { expect, it } from 'vitest';
import { seeded } from '../testing/seeded.ts';
import { compareRankers } from './evaluate.ts';
import { type TrainingExample, toExamples } from './examples.ts';

/** Two hypotheses, one with x = 1 and one with x = −1, of which the user selects one. */
const selecting = (user: string, x: 1 | -1): TrainingExample => ({
  user,
  hypotheses: [1, -1].map((value, i) => ({
    ...{ position: i + 1, propensity: 1, features: { x: value }, selected: value === x },
  })),
});

/** The candidate ranks x = 1 first, the serving ranker x = −1: a gain of +1 or −1 for each selection. */
function compare(examples: TrainingExample[], serving = -1, weight = () => 1) {
  const rankers = { candidate: Float64Array.of(1), serving: Float64Array.of(serving) };
  return compareRankers(toExamples(examples), Float64Array.from(examples, weight), rankers, seeded(3));
}

const of100Users = (selectionsPerUser: number) =>
  Array.from({ length: 100 * selectionsPerUser }, (_, i) =>
    selecting(`user-${i % 100}`, i % 100 < 50 ? 1 : -1),
  );

it('gives an interval of 95 %, so that the gate is not passed by chance: 2 × 1.96 × 0.1 wide for 100 users', () => {
  const { hit_gain, users, picks } = compare(of100Users(1));
  expect([users, picks, hit_gain.mean]).toEqual([100, 100, 0]);
  expect(hit_gain.high - hit_gain.low).toBeGreaterThan(0.36);
  expect(hit_gain.high - hit_gain.low).toBeLessThan(0.43);
});

it('is no surer for ten selections of each user, who always selects alike', () => {
  const { hit_gain } = compare(of100Users(10));
  expect(hit_gain.high - hit_gain.low).toBeGreaterThan(0.36);
  expect(hit_gain.high - hit_gain.low).toBeLessThan(0.43);
});

it('calls it a gain when the candidate loses less: −ln P in nats, by hand', () => {
  const { candidate, serving, log_loss_gain, hit_gain } = compare([selecting('ada', 1), selecting('bob', 1)]);
  // P = 1 / (1 + e^∓2)
  expect(candidate.log_loss).toBeCloseTo(0.1269, 4);
  expect(serving.log_loss).toBeCloseTo(2.1269, 4);
  expect([candidate.hit, serving.hit]).toEqual([1, 0]);
  for (const at of ['mean', 'low', 'high'] as const) {
    expect(log_loss_gain[at]).toBeCloseTo(2, 10);
    expect(hit_gain[at]).toBe(1);
  }
});

it('shares the hit between hypotheses that are ranked alike, so that a ranker without an opinion has none', () => {
  const { candidate, serving } = compare([selecting('ada', 1), selecting('bob', -1)], 0);
  expect([candidate.hit, serving.hit]).toEqual([0.5, 0.5]);
  expect(compare([selecting('ada', -1)], 0).serving.hit).toBe(0.5);
});

it('weighs selections: one of weight 3 against one of weight 1', () => {
  const weights = [3, 1].values();
  const { candidate, hit_gain } = compare([selecting('ada', 1), selecting('bob', -1)], -1, () =>
    Number(weights.next().value),
  );
  expect([candidate.hit, hit_gain.mean]).toEqual([0.75, 0.5]);
});
