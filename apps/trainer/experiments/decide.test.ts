import type { RatioSums, VariantStats } from '@learning-loop/db/training/variant-stats';
import { expect, it } from 'vitest';
import { decide } from './decide.ts';

const variants = [
  { model_id: 'shipped', weight: 0.9 },
  { model_id: 'canary', weight: 0.1 },
];
const none: RatioSums = { users: 0, n: 0, y: 0, nn: 0, yy: 0, ny: 0 };

/** Users with one answer each. */
const sums = (users: number, y: number): RatioSums => ({ users, n: users, y, nn: users, yy: y, ny: y });
const half = sums(100, 50);

const stats = (model_id: string, assigned: number, changes: Partial<VariantStats> = {}): VariantStats => ({
  ...{ model_id, assigned, interactions: 300, first_place: half, selection: none, satisfaction: none },
  ...changes,
});
const shipped = stats('shipped', 900);
const canary = (changes: Partial<VariantStats>) => stats('canary', 100, changes);
const decideOn = (changes: Partial<VariantStats>, control: Partial<VariantStats> = {}) =>
  decide(variants, [{ ...shipped, ...control }, canary(changes)]).decision;

// The bounds of an interval that never errs more than 5 % of the time, with 50 of 100 for the control.
it.each([
  [22, 'roll_back'],
  [23, 'continue'],
  [77, 'continue'],
  [78, 'promote'],
])('first places of %d of 100 users against 50: %s', (y, kind) => {
  expect(decideOn({ first_place: sums(100, y) }).kind).toBe(kind);
});

// Of the guards it is 1 %, and better is no reason to promote.
it.each([
  [17, 'roll_back'],
  [18, 'continue'],
  [100, 'continue'],
])('selections of %d of 100 users against 50, or as many satisfied ones: %s', (y, kind) => {
  for (const metric of ['selection', 'satisfaction'])
    expect(decideOn({ [metric]: sums(100, y) }, { [metric]: half }).kind).toBe(kind);
});

it('says what was better or worse, by how much, and how sure that is', () => {
  expect(decideOn({ first_place: sums(100, 80) })).toEqual({
    kind: 'promote',
    model_id: 'canary',
    reason:
      'first-place rate 80.0 % against 50.0 % (always-valid 95 % interval of the difference 3.2 to 56.8 points, 100 answers of 100 users)',
  });
  expect(decideOn({ first_place: sums(100, 20) })).toEqual({
    kind: 'roll_back',
    model_id: 'canary',
    reason:
      'first-place rate 20.0 % against 50.0 % (always-valid 95 % interval of the difference -56.8 to -3.2 points, 100 answers of 100 users)',
  });
  expect(decideOn({ satisfaction: sums(100, 10) }, { satisfaction: half })).toEqual({
    kind: 'roll_back',
    model_id: 'canary',
    reason: expect.stringMatching(
      /^satisfaction rate 10\.0 % against 50\.0 % \(always-valid 99 % interval of the difference -\d+\.\d to -\d+\.\d points, 100 answers of 100 users\)$/,
    ),
  });
  expect(decideOn({ selection: sums(100, 10) }, { selection: half })).toMatchObject({
    reason: expect.stringMatching(/^selection rate 10\.0 % against 50\.0 %/),
  });
});

const three = [
  { model_id: 'shipped', weight: 0.8 },
  { model_id: 'one', weight: 0.1 },
  { model_id: 'two', weight: 0.1 },
];
const decideOnTwo = (
  one: Partial<VariantStats>,
  two: Partial<VariantStats>,
  control: Partial<VariantStats> = {},
) => decide(three, [stats('shipped', 800, control), stats('one', 100, one), stats('two', 100, two)]).decision;

it('asks for more of each where two variants could be lucky: half of the error for each', () => {
  expect(decideOnTwo({}, { first_place: sums(100, 79) }).kind).toBe('continue');
  expect(decideOnTwo({}, { first_place: sums(100, 80) })).toMatchObject({ kind: 'promote', model_id: 'two' });
  const guards = { satisfaction: half };
  expect(decideOnTwo({}, { satisfaction: sums(100, 17) }, guards).kind).toBe('continue');
  expect(decideOnTwo({}, { satisfaction: sums(100, 16) }, guards)).toMatchObject({
    kind: 'roll_back',
    model_id: 'two',
  });
});

it('decides on the first variant that it can decide on', () => {
  const [good, bad] = [{ first_place: sums(100, 95) }, { first_place: sums(100, 5) }];
  expect(decideOnTwo(good, bad)).toMatchObject({ kind: 'promote', model_id: 'one' });
  expect(decideOnTwo(bad, good)).toMatchObject({ kind: 'roll_back', model_id: 'one' });
});

it('gives up after 50,000 answers of every variant without a difference, and not one answer before', () => {
  const many = { first_place: sums(50_000, 25_000) };
  expect(decideOn(many, many)).toEqual({
    kind: 'stop',
    outcome: 'inconclusive',
    reason: 'no difference after 50000 answers each',
  });
  const oneLess = { first_place: sums(49_999, 25_000) };
  expect(decideOn(oneLess, many).kind).toBe('continue');
  expect(decideOn(many, oneLess).kind).toBe('continue');
  expect(decideOn({ first_place: sums(50_000, 30_000) }, many).kind).toBe('promote');
});

it('concludes nothing when users are not dealt out by the shares, however good a variant looks', () => {
  const good = { first_place: sums(100, 95) };
  expect(decideOn({ ...good, assigned: 153 }).kind).toBe('promote');
  expect(decideOn({ ...good, assigned: 154 })).toEqual({
    kind: 'stop',
    outcome: 'invalid',
    reason:
      'users are not dealt out by the shares, so nothing can be concluded: ' +
      'shipped 900 users for a share of 0.9, canary 154 users for a share of 0.1',
  });
  // Nobody at all had the canary.
  expect(decide(variants, [stats('shipped', 2_000)]).decision).toMatchObject({
    outcome: 'invalid',
    reason: expect.stringContaining('canary 0 users for a share of 0.1'),
  });
});

it('waits while there is too little to go by', () => {
  const few = { first_place: sums(39, 0) };
  expect(decideOn(few, { first_place: sums(351, 351) }).kind).toBe('continue');
  expect(decide(variants, [])).toEqual({
    decision: { kind: 'continue' },
    snapshot: {
      sample_ratio_evidence: expect.closeTo(1, 9),
      variants: {
        shipped: { assigned: 0, interactions: 0, first_place: null },
        canary: { assigned: 0, interactions: 0, first_place: null },
      },
    },
  });
  expect(decide([], [])).toEqual({
    decision: { kind: 'continue' },
    snapshot: { sample_ratio_evidence: 1, variants: {} },
  });
});

it('keeps what the test saw: users, interactions and the comparison of each variant with the control', () => {
  const { snapshot } = decide(variants, [
    stats('canary', 154, { interactions: 200, first_place: sums(100, 80) }),
    stats('shipped', 900, { interactions: 1_800 }),
  ]);
  expect(snapshot).toEqual({
    sample_ratio_evidence: expect.closeTo(1_187.616_62, 3),
    variants: {
      shipped: { assigned: 900, interactions: 1_800, first_place: null },
      canary: {
        assigned: 154,
        interactions: 200,
        first_place: expect.objectContaining({
          control: 0.5,
          variant: 0.8,
          low: expect.closeTo(0.032_382, 6),
        }),
      },
    },
  });
});
