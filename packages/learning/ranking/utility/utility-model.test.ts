import { expect, test } from 'vitest';
import { toFeatureMatrix } from './candidate-features.ts';
import {
  computeKnownShare,
  fitUtilities,
  priorVariances,
  type UtilityExample,
  UtilityModel,
  utilitiesOf,
} from './utility-model.ts';

const shelf = ['Alba yogurt, 10.8', 'Berg yogurt, 8.1', 'Celsa yogurt, 6.1'];
const selected = (texts: string[], row: number, weight = 1): UtilityExample => ({
  features: toFeatureMatrix(texts),
  selected: row,
  weight,
});
const times = (count: number, example: UtilityExample) => Array.from({ length: count }, () => example);
const newest = (examples: UtilityExample[], above: UtilityModel | null = null) =>
  fitUtilities(examples, priorVariances.user, above);

test('without examples nothing has a utility, and nothing is known', () => {
  const model = newest([]);
  expect([...utilitiesOf(toFeatureMatrix(shelf), model)]).toEqual([0, 0, 0]);
  expect(computeKnownShare(toFeatureMatrix(shelf), [model])).toBe(0);
});

test('what is selected again and again gains utility, and more becomes known', () => {
  const [few, many] = [newest(times(2, selected(shelf, 2))), newest(times(10, selected(shelf, 2)))];
  const lead = (model: UtilityModel) => {
    const [first = 0, , third = 0] = utilitiesOf(toFeatureMatrix(shelf), model);
    return third - first;
  };
  expect(lead(few)).toBeGreaterThan(0.5);
  expect(lead(many)).toBeGreaterThan(lead(few));
  const known = [few, many].map((model) => computeKnownShare(toFeatureMatrix(shelf), [model]));
  expect(known[0]).toBeGreaterThan(0.05);
  expect(known[1]).toBeGreaterThan(known[0] ?? 1);
  expect(known[1]).toBeLessThan(1);
});

test('who takes the cheapest of some goods takes the cheapest of others', () => {
  const model = newest(times(8, selected(shelf, 2)));
  const [dear = 0, cheap = 0] = utilitiesOf(toFeatureMatrix(['Dora tea, 9.5', 'Elm tea, 4.2']), model);
  expect(cheap - dear).toBeGreaterThan(0.3);
});

test('a user departs from the tenant: the same selections teach nothing that the tenant knew', () => {
  const tenant = fitUtilities(times(200, selected(shelf, 1)), priorVariances.tenant);
  const [alike, unlike] = [1, 0].map((row) => newest(times(5, selected(shelf, row)), tenant));
  const departure = (model = newest([])) =>
    Math.max(...utilitiesOf(toFeatureMatrix(shelf), model).map(Math.abs));
  expect(departure(alike)).toBeLessThan(0.2);
  expect(departure(unlike)).toBeGreaterThan(1);
});

test('an example of weight 0 counts as none, and one of weight 1/2 as less than one', () => {
  const model = newest([selected(shelf, 0, 0)]);
  expect([...utilitiesOf(toFeatureMatrix(shelf), model)]).toEqual([0, 0, 0]);
  const [half = 0] = utilitiesOf(toFeatureMatrix(shelf), newest([selected(shelf, 0, 0.5)]));
  const [whole = 0] = utilitiesOf(toFeatureMatrix(shelf), newest([selected(shelf, 0)]));
  expect(half).toBeGreaterThan(0);
  expect(half).toBeLessThan(whole);
});

test('more features than there was room for at first are all learned', () => {
  const words = Array.from({ length: 700 }, (_, i) => `word${String.fromCharCode(97 + (i % 26))}${i}x`);
  const model = new UtilityModel(priorVariances.user);
  for (const word of words) model.learn(selected([`${word}y`, 'other'], 0));
  const [last = 0, other = 0] = utilitiesOf(toFeatureMatrix([`${words[0]}y`, 'nothing']), model);
  expect(last - other).toBeGreaterThan(0.1);
});

test('a model that is cloned to another thread gives the same utilities, and goes on to learn', () => {
  const model = newest(times(5, selected(shelf, 2)));
  const clone = UtilityModel.from(structuredClone(model.weights), priorVariances.user);
  expect(utilitiesOf(toFeatureMatrix(shelf), clone)).toEqual(utilitiesOf(toFeatureMatrix(shelf), model));
  for (const one of [model, clone]) one.learn(selected(['Dora tea, 9.5', 'Elm tea, 4.2'], 0));
  expect(clone.weights).toEqual(model.weights);
});

/** A feature per key, with the values of each candidate; all of the family at `family`. */
const matrix = (rows: number[][], family = 0): UtilityExample['features'] => ({
  keys: Int32Array.from(rows[0] ?? [], (_, k) => k + 1),
  families: new Uint8Array(rows[0]?.length ?? 0).fill(family),
  values: Float32Array.from(rows.flat()),
  rows: rows.length,
});
const one = (weight = 1): UtilityExample => ({ features: matrix([[1], [0]]), selected: 0, weight });
const variances = Float64Array.of(1, 4);

// Of two candidates at even odds the feature has the mean 1/2 and the variance 1/4, and the selected one surprises by
// 1/2. The gain is 1 / (1 + 1/4) = 0.8.
test('a step moves the mean by gain times surprise, and shrinks the variance by gain times spread', () => {
  const model = fitUtilities([one()], variances);
  expect(model.departureOf(1)).toBeCloseTo(0.4, 12);
  expect([...model.weights.variances]).toEqual([0.8]);
  expect(model.knownVariance(1, 0)).toBeCloseTo(0.2, 12);
  // Of weight 2: 2 / (1 + 2/4) = 4/3.
  expect(fitUtilities([one(2)], variances).departureOf(1)).toBeCloseTo(2 / 3, 12);
  // The second step expects the first candidate with e^0.4 / (e^0.4 + 1).
  const twice = fitUtilities([one(), one()], variances);
  expect(twice.departureOf(1)).toBeCloseTo(0.66929002, 8);
  expect(twice.weights.variances[0]).toBeCloseTo(0.67102351, 8);
});

test('features share the surprise by their prior variances', () => {
  const features = {
    ...matrix([
      [1, 0],
      [0, 2],
      [0, 0],
    ]),
    families: Uint8Array.of(0, 1),
  };
  const model = fitUtilities([{ features, selected: 1, weight: 1 }], variances);
  expect([1, 2].map((key) => model.departureOf(key))).toEqual([
    expect.closeTo(-3 / 43, 12),
    expect.closeTo(48 / 43, 12),
  ]);
  expect([...model.weights.variances]).toEqual([expect.closeTo(41 / 43, 12), expect.closeTo(44 / 43, 12)]);
  expect([...utilitiesOf(features, model)]).toEqual([
    expect.closeTo(-3 / 43, 12),
    expect.closeTo(96 / 43, 12),
    0,
  ]);
});

test('a user starts from the weight of the tenant, and departs from it', () => {
  const tenant = fitUtilities([one()], variances);
  const user = fitUtilities([one()], variances, tenant);
  expect([...user.weights.above]).toEqual([expect.closeTo(0.4, 12)]);
  expect(user.departureOf(1)).toBeCloseTo(0.32357094, 8);
  expect(user.weights.variances[0]).toBeCloseTo(0.80628207, 8);
});

test('the known share is what the levels know of what there is to know, 0 for candidates that do not differ', () => {
  const [taught, empty] = [fitUtilities([one()], variances), new UtilityModel(variances)];
  const { features } = one();
  expect(computeKnownShare(features, [taught])).toBeCloseTo(0.2, 12);
  expect(computeKnownShare(features, [taught, empty])).toBeCloseTo(0.1, 12);
  expect(computeKnownShare(matrix([[1], [1]]), [taught])).toBe(0);
  expect(empty.knownVariance(1, 0)).toBe(0);
  expect(empty.priorVariance(1)).toBe(4);
  expect(empty.priorVariance(2)).toBe(0);
});

test('a utility of a thousand leaves no surprise, and no number that is none', () => {
  const sure = UtilityModel.from(
    {
      keys: Int32Array.of(1),
      above: Float64Array.of(0),
      means: Float64Array.of(1000),
      variances: Float64Array.of(1),
    },
    variances,
  );
  sure.learn(one());
  expect(sure.departureOf(1)).toBe(1000);
  sure.learn({ ...one(), features: matrix([[-1], [0]]), selected: 1 });
  expect(sure.departureOf(1)).toBe(1000);
});

test('a model that grows keeps keys, weights of the level above, means and variances', () => {
  const examples = Array.from({ length: 1100 }, (_, i) => ({
    ...one(),
    features: { ...one().features, keys: Int32Array.of(i) },
  }));
  const tenant = fitUtilities(examples, variances);
  const { keys, above, means, variances: spread } = fitUtilities(examples, variances, tenant).weights;
  expect([...keys]).toEqual(Array.from({ length: 1100 }, (_, i) => i));
  for (const [numbers, value] of [
    [above, 0.4],
    [means, 0.32357094],
    [spread, 0.80628207],
  ] as const) {
    expect(numbers).toHaveLength(1100);
    for (const number of numbers) expect(number).toBeCloseTo(value, 8);
  }
});
