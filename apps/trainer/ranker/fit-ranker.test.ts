import { shippedWeights } from '@learning-loop/learning/ranking/weights';
import { expect, it } from 'vitest';
import { seeded } from '../testing/seeded.ts';
import { simulateSelections } from '../testing/simulate-selections.ts';
import { fitLogit } from './conditional-logit.ts';
import { type TrainingExample, type TrainingExamples, toExamples } from './examples.ts';
import { fitRanker, type SplitExamples, toUtilities } from './fit-ranker.ts';
import { importanceWeights } from './importance-weights.ts';
import { estimateOffPolicy } from './off-policy.ts';
import { promotionGate } from './promotion-gate.ts';

const trueWeights = { goal: 2, preference: -1, prior: 0.5 };
const population = {
  users: 400,
  selectionsPerUser: 10,
  trueWeights,
  servedWeights: { prior: 1 },
  positionBias: 0,
  exploration: 0.05,
  seed: 7,
};
const names = Object.keys(trueWeights).sort();
const truth = names.map((name) => Reflect.get(trueWeights, name));

const plain = (examples: TrainingExamples) => new Float64Array(examples.selected.length).fill(1);
const fit = (examples: TrainingExamples, weights: Float64Array, withPositions: boolean) =>
  fitLogit(examples, { prior: new Float64Array(3), ridge: 0.01, weights, withPositions });
const error = (coefficients: Float64Array) =>
  Math.max(...truth.map((value, k) => Math.abs(value - (coefficients[k] ?? 0))));

function split(examples: TrainingExample[]): SplitExamples {
  const part = (from: number, to: number) =>
    toExamples(examples.slice(from * examples.length, to * examples.length), names);
  return { train: part(0, 0.7), validation: part(0.7, 0.8), test: part(0.8, 1) };
}

it('is not misled by a bias for the first places, as a fit that does not know of places is', () => {
  const examples = toExamples(
    simulateSelections({ ...population, users: 1_000, positionBias: 1, exploration: 0.3 }),
  );
  const blind = fit(examples, plain(examples), false);
  const corrected = fit(examples, importanceWeights(examples, 1_000), true);
  expect(error(corrected.coefficients)).toBeLessThan(0.15);
  expect(error(blind.coefficients)).toBeGreaterThan(0.4);
  expect(corrected.positions[1]).toBeCloseTo(-1, 0);
});

it('stays with the serving weights while there is little to go by', () => {
  const examples = split(simulateSelections({ ...population, users: 10, selectionsPerUser: 3 }));
  const fitted = fitRanker(examples, { version: 1, temperature: 1, weights: trueWeights }, seeded(1));
  for (const name of names)
    expect(fitted.weights.weights[name]).toBeCloseTo(Reflect.get(trueWeights, name), 0);
});

it('takes weights for what they count, whatever their temperature', () => {
  const ranker = { version: 1, temperature: 0.5, weights: { goal: 2, prior: -1, unused: 9 } };
  expect(toUtilities(ranker, ['goal', 'missing', 'prior'])).toEqual(Float64Array.of(4, 0, -2));
});

it('gives weights of six decimals and temperature 1, shrunk as its validation users say', () => {
  const examples = split(simulateSelections({ ...population, users: 120 }));
  const [right, wrong] = [trueWeights, { goal: -2, preference: 1, prior: 0.5 }].map((weights) =>
    fitRanker(examples, { version: 1, temperature: 1, weights }, seeded(1)),
  );
  // What serves is right already, or far from it.
  expect([right?.ridge, wrong?.ridge]).toEqual([1_000, 1]);
  expect(wrong?.weights).toMatchObject({ version: shippedWeights.version, temperature: 1 });
  for (const weight of Object.values(wrong?.weights.weights ?? {}))
    expect(weight).toBe(Number(weight.toFixed(6)));
  expect(wrong?.iterations).toBeGreaterThan(1);
  expect([wrong?.judgement.picks, wrong?.judgement.users]).toEqual([240, 24]);
});

it('calibrates its confidences on users whom the fit has not seen', () => {
  const examples = split(simulateSelections({ ...population, users: 100, selectionsPerUser: 4 }));
  const { calibration } = fitRanker(
    examples,
    { version: 1, temperature: 1, weights: trueWeights },
    seeded(1),
  );
  expect(examples.validation.selected).toHaveLength(40);
  expect(calibration.outcomes).toBe(40);
});

it('passes the gate where the serving ranker is wrong', () => {
  const fitted = fitRanker(
    split(simulateSelections(population)),
    { version: 1, temperature: 0.5, weights: { prior: 1 } },
    seeded(1),
  );
  const gate = promotionGate(fitted.judgement);
  expect(gate.passed).toBe(true);
  expect(fitted.judgement.candidate.hit - fitted.judgement.serving.hit).toBeGreaterThan(0.15);
});

it.each([
  ['the serving ranker is right already', population, trueWeights, 'not surely'],
  ['too few users are held out', { ...population, users: 60 }, { prior: 1 }, 'only 12 held-out users'],
])('is rejected with the reason when %s', (_, crowd, weights, reason) => {
  const fitted = fitRanker(
    split(simulateSelections(crowd)),
    { version: 1, temperature: 1, weights },
    seeded(1),
  );
  const gate = promotionGate(fitted.judgement);
  expect(gate.passed).toBe(false);
  expect(gate.reason).toContain(reason);
});

it('estimates the first places of a ranker that never served', () => {
  // Two hypotheses only: then swaps give every ranker support.
  const two = { ...population, users: 1_000, hypothesesPerInteraction: 2, exploration: 0.5 };
  const logged = toExamples(simulateSelections(two));
  const served = toExamples(
    simulateSelections({ ...two, servedWeights: trueWeights, exploration: 0, seed: 99 }),
  );
  let hits = 0;
  for (const selected of served.selected) if (served.positions[selected] === 1) hits += 1;
  const estimate = estimateOffPolicy(logged, Float64Array.from(truth));
  const real = hits / served.selected.length;
  expect(estimate.ips).toBeCloseTo(real, 1);
  expect(Math.abs(estimate.snips - real)).toBeLessThan(0.03);
});
