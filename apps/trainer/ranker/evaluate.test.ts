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

it('rounds no loss up: a selection that a ranker gives no chance costs 27.63 nats, −ln of a million-millionth', () => {
  const rankers = { candidate: Float64Array.of(1_000), serving: Float64Array.of(0) };
  const examples = toExamples([selecting('ada', -1)]);
  const { candidate, serving } = compareRankers(examples, Float64Array.of(1), rankers, seeded(3));
  expect(candidate.log_loss).toBeCloseTo(27.631_021, 6);
  expect(serving.log_loss).toBeCloseTo(Math.LN2, 10);
});

it('takes the effects of positions into the loss, and leaves them out of what comes first', () => {
  // β = 0.5, and 3 utilities more at the second position, where x = −1.
  const theta = Float64Array.of(0.5, 3);
  const examples = toExamples([selecting('ada', -1)]);
  const { candidate } = compareRankers(
    examples,
    Float64Array.of(1),
    { candidate: theta, serving: theta },
    seeded(3),
  );
  // Utilities 0.5 and 2.5.
  expect(candidate).toEqual({ log_loss: expect.closeTo(0.126_928, 6), hit: 0 });
});

it('gives selections without weight no say, even where nothing else is left', () => {
  const { candidate, hit_gain } = compare([selecting('ada', 1)], -1, () => 0);
  expect([candidate, hit_gain]).toEqual([
    { log_loss: 0, hit: 0 },
    { mean: 0, low: 0, high: 0 },
  ]);
});

/** The interval of a user with a gain of +1 and one with −1, where resample i of 1,000 draws one of them only. */
function resampled(gain: (resample: number) => 1 | -1) {
  let draws = 0;
  const random = () => {
    // Two users are drawn for each resample of the log-loss, then for each of the hits.
    const resample = Math.floor(draws / 2);
    const user = gain(resample < 1_000 ? resample : resample - 1_000) === 1 ? 0 : 1;
    draws += 1;
    // In the middle of the user's half of [0, 1).
    return user / 2 + 0.25;
  };
  const rankers = { candidate: Float64Array.of(1), serving: Float64Array.of(-1) };
  const examples = toExamples([selecting('ada', 1), selecting('bob', -1)]);
  return compareRankers(examples, Float64Array.of(1, 1), rankers, random).hit_gain;
}

it('ends the interval at the 26th and the 976th of 1,000 resampled gains in order of size', () => {
  expect(resampled((i) => (i < 25 ? 1 : -1))).toEqual({ mean: 0, low: -1, high: 1 });
  expect(resampled((i) => (i < 24 ? 1 : -1))).toEqual({ mean: 0, low: -1, high: -1 });
  expect(resampled((i) => (i < 974 ? 1 : -1))).toEqual({ mean: 0, low: -1, high: 1 });
  expect(resampled((i) => (i < 975 ? 1 : -1))).toEqual({ mean: 0, low: 1, high: 1 });
});

it('draws as many users as there are: three that are drawn once each give their mean', () => {
  const rankers = { candidate: Float64Array.of(1), serving: Float64Array.of(0) };
  const examples = toExamples([selecting('ada', 1), selecting('bob', 1), selecting('eve', -1)]);
  const draws = [0, 0.34, 0.99];
  let next = 0;
  const random = () => draws[next++ % 3] ?? 0;
  const { hit_gain, users } = compareRankers(examples, Float64Array.of(1, 1, 1), rankers, random);
  // Ada and Bob gain ½ each, Eve loses it; each resample draws all three.
  expect([users, hit_gain]).toEqual([
    3,
    { mean: expect.closeTo(1 / 6, 12), low: expect.closeTo(1 / 6, 12), high: expect.closeTo(1 / 6, 12) },
  ]);
});
