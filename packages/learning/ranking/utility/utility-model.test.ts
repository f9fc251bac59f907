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
