import { expect, test } from 'vitest';
import { defaultFacets } from '../persona/facets.ts';
import { rank } from './rank.ts';
import { learnFromTenant, type TenantSelection, toOutcome } from './tenant-experience.ts';

const now = new Date('2026-11-01T12:00:00Z');
const teas = ['Green tea, 4.2', 'Black tea, 3.1', 'Mint tea, 5.5', 'Rooibos tea, 4.9'];
const requests = ['Which tea?', 'What shall I drink?', 'Something hot, please', 'A tea for the evening'];

const select = (user_id: string, tea: number, request = 0): TenantSelection => ({
  ...{ user_id, at: now, young: false, input_text: requests[request] ?? '' },
  shown: teas.map((question, i) => ({ question, chosen: i === tea, raw_confidence: 0.25 })),
});

/** Of each ten users, five select the first tea, three the second and two the third. */
const tastesOf = (user: number) => [0, 0, 0, 0, 0, 1, 1, 1, 2, 2][user % 10] ?? 0;
const crowd = Array.from({ length: 100 }, (_, i) => select(`user-${i % 40}`, tastesOf(i % 40), i % 4));

/** Share of 1,000 newcomers, with the tastes of the crowd, whose selection is ranked first. */
function countFirst(selections: TenantSelection[]): number {
  const tenant = learnFromTenant(selections, now);
  const firsts = requests.map((input_text) => {
    const [best] = rank({
      ...{ input_text, now, memories: [], selections: [], facets: defaultFacets, interaction_count: 0 },
      candidates: teas.map((question) => ({ question, rationale: '', prior: 0.25 })),
      ...{ tenantSelections: tenant.selectionsOfOthers('new'), tenantUtilities: tenant.utilities },
    });
    return best?.candidate.question;
  });
  const hits = Array.from({ length: 1000 }, (_, i) => firsts[i % 4] === teas[tastesOf(i)]);
  return hits.filter(Boolean).length / hits.length;
}

test('newcomers are ranked what others select', () => {
  expect(countFirst(crowd)).toBeCloseTo(0.5, 2);
});

test('200 selections of one user change the first place of newcomers by at most one point', () => {
  const flood = Array.from({ length: 200 }, (_, i) => select('flooder', 3, i % 4));
  expect(Math.abs(countFirst([...flood, ...crowd]) - countFirst(crowd))).toBeLessThanOrEqual(0.01);
});

test('of the newest 100, at most three are of one user, and none of the user who asks', () => {
  const flood = Array.from({ length: 200 }, () => select('flooder', 3));
  const others = learnFromTenant([...flood, ...crowd], now).selectionsOfOthers('user-1');
  expect(others).toHaveLength(100 - 3);
  const count = (user: string) => others.filter((one) => 'user_id' in one && one.user_id === user).length;
  expect(count('flooder')).toBe(3);
  expect(count('user-1')).toBe(0);
});

test('the calibration rests on at most three outcomes of one user among 100, and half of those of a young one', () => {
  const flood = Array.from({ length: 200 }, () => select('flooder', 3));
  expect(learnFromTenant(flood, now).calibration.outcomes).toBeCloseTo(3, 6);
  expect(learnFromTenant(crowd, now).calibration.outcomes).toBeCloseTo(100, 6);
  const young = crowd.map((one) => ({ ...one, young: true }));
  expect(learnFromTenant(young, now).calibration.outcomes).toBeCloseTo(50, 6);
  const youngFlood = flood.map((one) => ({ ...one, young: true }));
  expect(learnFromTenant(youngFlood, now).calibration.outcomes).toBeCloseTo(1.5, 6);
});

test('what young users select weighs less than what others select', () => {
  const old = Array.from({ length: 9 }, (_, i) => select(`old-${i}`, 0));
  const young = Array.from({ length: 10 }, (_, i) => ({ ...select(`young-${i}`, 1), young: true }));
  const mixed = old.flatMap((one, i) => [one, young[i] ?? one]);
  expect(countFirst([...mixed, ...young.slice(9)])).toBeCloseTo(0.5, 2);
});

test('the weight of a user grows with a large tenant: three of a hundred', () => {
  const many = (user: string, count: number) => Array.from({ length: count }, () => select(user, 1));
  const outcomes = (selections: TenantSelection[]) => learnFromTenant(selections, now).calibration.outcomes;
  const crowdOf = (count: number) => Array.from({ length: count }, (_, i) => select(`user-${i}`, 0));
  // A limit of 4 needs 4 / 0.03 = 133.3 counted selections: 129 others and 4 are one short, 130 and 4 suffice.
  expect(outcomes([...many('flooder', 50), ...crowdOf(129)])).toBeCloseTo(132, 6);
  expect(outcomes([...many('flooder', 50), ...crowdOf(130)])).toBeCloseTo(134, 6);
  expect(outcomes([...many('few', 2), ...many('one', 1)])).toBeCloseTo(3, 6);
  expect(outcomes([])).toBe(0);
});

test('only what requests are compared with is cut', () => {
  const seen: number[] = [];
  const tenant = learnFromTenant([...crowd, select('new', 1)], now, (drawn) => {
    seen.push(drawn.length);
    return drawn.slice(0, 5);
  });
  expect(seen).toEqual([100]);
  expect(tenant.selectionsOfOthers('nobody')).toHaveLength(5);
  expect(tenant.calibration.outcomes).toBeCloseTo(101, 6);
});

test('an outcome has the raw confidences, and which was selected', () => {
  const shown = [0.7, 0.2, 0.1].map((raw_confidence, i) => ({
    question: 'q',
    chosen: i === 1,
    raw_confidence,
  }));
  expect(toOutcome({ shown }, 0.5)).toEqual({ confidences: [0.7, 0.2, 0.1], selected: 1, weight: 0.5 });
  expect(toOutcome({ shown: shown.slice(0, 1) }, 1)).toEqual({
    confidences: [0.7],
    selected: null,
    weight: 1,
  });
  const first = shown.map((one, i) => ({ ...one, chosen: i === 0 }));
  expect(toOutcome({ shown: first }, 1).selected).toBe(0);
});
