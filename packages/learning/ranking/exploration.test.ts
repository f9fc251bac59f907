import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explore } from './exploration.ts';
import type { RankedCandidate } from './rank.ts';

const ranked = (count: number): RankedCandidate[] =>
  Array.from({ length: count }, (_, i) => ({
    candidate: { question: `q${i}`, rationale: 'r', prior: 0.5 },
    score: -i,
    features: {},
    reasons: [],
    confidence: 1 / count,
  }));

/** A generator of numbers in [0, 1) (Numerical Recipes), the same at every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test('without exploration the best comes first, for certain', () => {
  const shown = explore(ranked(3), 0, () => 0);
  expect(shown.map(({ id, question, position, propensity }) => [id, question, position, propensity])).toEqual(
    [
      ['h1', 'q0', 1, 1],
      ['h2', 'q1', 2, 1],
      ['h3', 'q2', 3, 1],
    ],
  );
});

test('a single hypothesis cannot be swapped', () => {
  expect(explore(ranked(1), 1, () => 0)[0]?.propensity).toBe(1);
});

test('each hypothesis stands at each place as often as its propensity says', () => {
  const random = numbers(7);
  const rounds = 20_000;
  const seen = new Map<string, { times: number; propensity: number }>();
  for (let round = 0; round < rounds; round += 1) {
    for (const { question, position, propensity } of explore(ranked(4), 0.4, random)) {
      const key = `${question}@${position}`;
      seen.set(key, { times: (seen.get(key)?.times ?? 0) + 1, propensity });
    }
  }
  expect(seen.size).toBe(10);
  for (const { times, propensity } of seen.values()) expect(times / rounds).toBeCloseTo(propensity, 1.5);
});

test('whatever the rate, all are shown once, and propensities are chances', () => {
  const chance = fc.double({ min: 0, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), chance, fc.nat(), (count, rate, seed) => {
      const shown = explore(ranked(count), rate, numbers(seed));
      expect(new Set(shown.map(({ question }) => question)).size).toBe(count);
      for (const { propensity } of shown) {
        expect(propensity).toBeGreaterThan(0);
        expect(propensity).toBeLessThanOrEqual(1);
      }
    }),
  );
});

/** Draws these numbers, and fails when asked for more. */
const draws =
  (...list: number[]) =>
  () => {
    const next = list.shift();
    if (next === undefined) throw new RangeError('no number is left');
    return next;
  };

test.each([
  // Not below the rate: nothing is swapped, and nothing more is drawn.
  { random: [0.4], order: 'q0 q1 q2', propensities: [0.8, 0.6, 0.8] },
  { random: [0.39, 0], order: 'q1 q0 q2', propensities: [0.2, 0.2, 0.8] },
  { random: [0.39, 0.49], order: 'q1 q0 q2', propensities: [0.2, 0.2, 0.8] },
  { random: [0.39, 0.5], order: 'q0 q2 q1', propensities: [0.8, 0.2, 0.2] },
  // A generator that gives 1 takes the last pair, not one beyond it.
  { random: [0, 1], order: 'q0 q2 q1', propensities: [0.8, 0.2, 0.2] },
])('with the draws $random at the rate 0.4 the order is $order', ({ random, order, propensities }) => {
  const shown = explore(ranked(3), 0.4, draws(...random));
  expect(shown.map(({ question }) => question).join(' ')).toBe(order);
  expect(shown.map(({ propensity }) => propensity)).toEqual(
    propensities.map((chance) => expect.closeTo(chance, 9)),
  );
  expect(shown.map(({ id, position }) => [id, position])).toEqual([
    ['h1', 1],
    ['h2', 2],
    ['h3', 3],
  ]);
});

test('one hypothesis draws nothing, and of two the pair is swapped as often as the rate says', () => {
  expect(explore(ranked(1), 1, draws()).map(({ question }) => question)).toEqual(['q0']);
  expect(explore([], 1, draws())).toEqual([]);
  const two = explore(ranked(2), 0.3, draws(0.29, 0.99));
  expect(two.map(({ question, propensity }) => [question, propensity])).toEqual([
    ['q1', 0.3],
    ['q0', 0.3],
  ]);
  expect(explore(ranked(2), 0.3, draws(0.3))[0]?.propensity).toBeCloseTo(0.7, 9);
});

test('a hypothesis carries what was ranked', () => {
  const [first] = ranked(1);
  if (first === undefined) throw new Error('nothing was ranked');
  const item = { ...first, score: 1.5, confidence: 0.7, features: { prior: 2 }, reasons: ['why'] };
  expect(explore([item], 0, draws())).toEqual([
    {
      ...{ id: 'h1', question: 'q0', rationale: 'r', confidence: 0.7, raw_confidence: 0.7, position: 1 },
      ...{ score: 1.5, propensity: 1, features: { prior: 2 }, reasons: ['why'] },
    },
  ]);
});

test.each([
  [['you often select “fastapi”', 'others often leave “flask”'], {}, 'You often select “fastapi”'],
  [[], { goal: 0.4, preference: 0.2 }, 'Fits one of your goals'],
  [[], { goal: 0.2, preference: 0.2 }, 'Fits what you like'],
  [[], { chosen_words: 0.3, tenant_words: 0.1 }, 'Like what you selected before'],
  [[], { tenant_terms: 0.3, chosen_words: -0.5 }, 'Like what others selected'],
  [[], { goal: 0.049, prior: 0.9, request: 0.9 }, 'One way to read the request'],
])(
  'a candidate without a reason of its own gets that of the ranking: %j and %j',
  (reasons, features, expected) => {
    const [hypothesis] = explore(
      [{ candidate: { question: 'q', rationale: '', prior: 1 }, score: 1, features, reasons, confidence: 1 }],
      0,
      () => 0,
    );
    expect(hypothesis?.rationale).toBe(expected);
  },
);
