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

test('each feature counts by its family: a word by its rarity, a number beside the others', () => {
  const [first = []] = toCandidateFeatures(['Mint tea, 30 g', 'tea, 20 g']);
  const value = (family: (typeof families)[number], label: string) =>
    first.find((one) => one.family === families.indexOf(family) && one.label === label)?.value;
  expect(value('pair', 'mint tea')).toBe(1);
  expect(value('name', 'mint')).toBe(1);
  expect(value('text', 'mint tea g')).toBe(1);
  expect(value('word', 'tea')).toBeGreaterThan(0.5);
  expect(value('word', 'tea')).toBeLessThan(0.9);
  expect(value('head', 'mint')).toBe(value('word', 'mint'));
  expect(value('amount', 'g')).toBeCloseTo(0.2, 9);
  expect(value('order', 'g')).toBe(0.5);
});

test('only the first 24 words and the first 400 letters of a text count', () => {
  const words = Array.from({ length: 30 }, (_, i) => `${String.fromCharCode(97 + (i % 26))}${'x'.repeat(i)}`);
  expect(labels(words.slice(0, 26).join(' '), 'word')).toHaveLength(24);
  expect(labels(`${'a'.repeat(398)} b c`, 'word')).toEqual(['a'.repeat(398), 'b']);
  expect(labels('tea tea', 'word')).toEqual(['tea']);
});

test('the matrix has a row per text and a column per feature in which they differ', () => {
  const { keys, families: ofKeys, values, rows } = toFeatureMatrix(['1 g', '3 g', '3 g']);
  // Of numbers alone: amount and order. Their texts are all the same.
  expect(rows).toBe(3);
  expect(keys).toHaveLength(2);
  expect([...keys]).toEqual([...keys].toSorted((a, b) => a - b));
  const column = (family: 'amount' | 'order') => {
    const k = ofKeys.indexOf(families.indexOf(family));
    return [0, 1, 2].map((row) => values[row * 2 + k]);
  };
  const [low, high] = [expect.closeTo(1 / (7 / 3) - 1, 6), expect.closeTo(3 / (7 / 3) - 1, 6)];
  expect(column('amount')).toEqual([low, high, high]);
  expect(column('order')).toEqual([-0.5, 0.25, 0.25]);
});

test('of many features those that differ most are kept', () => {
  const rare = Array.from({ length: 20 }, (_, i) => `xq${String.fromCharCode(97 + i)}z`).join(' ');
  const { keys } = toFeatureMatrix([`tea ${rare}`, 'tea', 'the']);
  expect(keys).toHaveLength(maxFeatures);
  // "the" is so frequent that it differs least.
  const the = toCandidateFeatures(['the'])[0]?.find(({ family }) => family === families.indexOf('word'));
  expect(the?.value).toBeLessThan(0.1);
  expect(keys).not.toContain(the?.key);
});
