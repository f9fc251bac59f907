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
