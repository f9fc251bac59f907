import fc from 'fast-check';
import { expect, test } from 'vitest';
import { families, maxFeatures, toCandidateFeatures, toFeatureMatrix } from './candidate-features.ts';

const labels = (text: string, family: (typeof families)[number]) =>
  (toCandidateFeatures([text])[0] ?? [])
    .filter((feature) => feature.family === families.indexOf(family))
    .map(({ label }) => label);

test('a candidate has words, pairs, a head word, names and its text', () => {
  const text = 'Weight Watchers yogurt, 7.9';
  expect(labels(text, 'word')).toEqual(['weight', 'watchers', 'yogurt']);
  expect(labels(text, 'pair')).toEqual(['weight watchers', 'watchers yogurt']);
  expect(labels(text, 'head')).toEqual(['weight']);
  expect(labels(text, 'name')).toEqual(['weight watchers']);
  expect(labels(text, 'text')).toEqual(['weight watchers yogurt']);
});

test('what all candidates share is left out', () => {
  const { keys } = toFeatureMatrix(['very good tea', 'very good coffee']);
  const shared = toCandidateFeatures(['very good'])[0]?.filter(({ label }) => label === 'very') ?? [];
  expect(shared).not.toEqual([]);
  for (const { key } of shared) expect(keys).not.toContain(key);
});

test('whatever the texts, the matrix is bounded, finite, and does not depend on their order', () => {
  const text = fc.oneof(
    fc.lorem({ maxCount: 40 }),
    fc.string({ unit: 'grapheme' }),
    fc.integer().map(String),
  );
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 10 }), (texts) => {
      const { keys, values, rows } = toFeatureMatrix(texts);
      expect(rows).toBe(texts.length);
      expect(keys.length).toBeLessThanOrEqual(maxFeatures);
      expect(values.every(Number.isFinite)).toBe(true);
      expect([...toFeatureMatrix(texts.toReversed()).keys]).toEqual([...keys]);
    }),
  );
});
