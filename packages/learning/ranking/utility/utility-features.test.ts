import { expect, test } from 'vitest';
import type { PastSelection } from '../history-features.ts';
import { toFeatureMatrix } from './candidate-features.ts';
import { toUtilityExamples, utilityFeatures } from './utility-features.ts';
import {
  computeKnownShare,
  fitUtilities,
  priorVariances,
  UtilityModel,
  utilitiesOf,
} from './utility-model.ts';

const now = new Date('2026-11-01T12:00:00Z');
const teas = ['Mint tea, 30 g', 'Rose tea, 20 g'];
const past = (chosen: number, daysAgo = 0, questions = teas): PastSelection => ({
  input_text: 'tea?',
  at: new Date(now.getTime() - daysAgo * 86_400_000),
  shown: questions.map((question, i) => ({ question, chosen: i === chosen })),
});
const nobody = new UtilityModel(priorVariances.tenant);

test('examples are oldest first, lose half of their weight in 180 days, and leave out what was not selected', () => {
  const examples = toUtilityExamples([past(1), past(-1), past(0, 180), past(1, -30)], now, [0.5, 1, 0.25, 1]);
  expect(examples.map(({ selected, weight }) => [selected, weight])).toEqual([
    [1, 1],
    [0, 0.125],
    [1, 0.5],
  ]);
  expect(toUtilityExamples([past(1, 360), past(0)], now).map(({ weight }) => weight)).toEqual([1, 0.25]);
});

test('the same selection is encoded once, another one anew', () => {
  const [first] = toUtilityExamples([past(1)], now);
  expect(toUtilityExamples([past(1)], now)[0]?.features).toBe(first?.features);
  expect(toUtilityExamples([past(0)], now)[0]?.features).not.toBe(first?.features);
});

test('while nothing is known the rest counts fully', () => {
  expect(utilityFeatures(teas, [], nobody, now)).toEqual({
    own: [0, 0],
    tenant: [0, 0],
    restFactor: 1,
    reasons: [[], []],
  });
});

test('what is said follows how much is known: k² / (k² + 0.1) of the utility, and (1 − that)² of the rest', () => {
  const features = toFeatureMatrix(teas);
  const user = fitUtilities(toUtilityExamples([past(1)], now), priorVariances.user, nobody);
  // Of the tenant nothing is known: the prior variances of its numbers are larger than those of the user.
  const known = computeKnownShare(features, [user, nobody]);
  expect(known).toBeGreaterThan(0.01);
  const share = known ** 2 / (known ** 2 + 0.1);
  const { own, tenant, restFactor } = utilityFeatures(teas, [past(1)], nobody, now);
  expect(restFactor).toBeCloseTo((1 - share) ** 2, 9);
  expect(own).toEqual(
    Array.from(utilitiesOf(features, user), (utility) => expect.closeTo(share * utility, 9)),
  );
  expect(own[1]).toBeGreaterThan(0);
  expect(tenant).toEqual([0, 0]);
});

test('only the newest forty selections of a user count', () => {
  const forty = Array.from({ length: 40 }, () => past(1));
  expect(utilityFeatures(teas, [...forty, past(0)], nobody, now)).toEqual(
    utilityFeatures(teas, forty, nobody, now),
  );
  expect(utilityFeatures(teas, [past(0), ...forty], nobody, now)).not.toEqual(
    utilityFeatures(teas, forty, nobody, now),
  );
});

test('a user departs from the tenant, and both are explained', () => {
  const tenant = fitUtilities(
    toUtilityExamples(
      Array.from({ length: 30 }, () => past(1)),
      now,
    ),
    priorVariances.tenant,
  );
  const features = utilityFeatures(
    teas,
    Array.from({ length: 9 }, () => past(0)),
    tenant,
    now,
  );
  expect(features.tenant[1]).toBeGreaterThan(features.tenant[0] ?? 9);
  expect(features.own[0]).toBeGreaterThan(features.own[1] ?? 9);
  expect(features.reasons[1]?.join()).toContain('others often select');
  expect(features.reasons[0]?.join()).toContain('you often select');
});

test('what a user selected ages by the hour, though the selections are the same array', () => {
  const selections = [past(1), past(0, 1)];
  const own = (hours: number) =>
    utilityFeatures(teas, selections, nobody, new Date(now.getTime() + hours * 3_600_000)).own[1] ?? 0;
  const fresh = own(0);
  expect(own(0.9)).toBe(fresh);
  expect(own(1)).toBeLessThan(fresh);
  expect(own(24 * 180)).toBeLessThan(0.8 * fresh);
});
