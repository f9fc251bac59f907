import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyze, toTextVector } from '../text/text-vector.ts';
import { preferenceDirection } from '../text/vector.ts';
import { createContrastScorer } from './contrast.ts';
import { encodeSelection, historyFeatures, userHistory } from './history-features.ts';
import { createRankingContext } from './ranking-context.ts';

const text = fc.constantFrom('deploy api', 'a quiet inn', 'a loud hostel', 'write tests', 'sushi', '');
const selection = fc
  .tuple(text, fc.uniqueArray(text, { minLength: 1, maxLength: 5 }), fc.nat(5))
  .map(([input_text, texts, selected]) => ({
    ...{ input_text, at: new Date(0) },
    shown: texts.map((question, i) => ({ question, chosen: i === selected })),
  }));

test('a selection loses half of its weight every 180 days, and none while it lies ahead of the clock', () => {
  // The similarity of the same context is cut to 1, and e^(12 × (1 − 0.55)) = 221.4 is the weight.
  const now = new Date('2026-11-01T12:00:00.000Z');
  const shown = ['a quiet inn', 'a loud hostel'].map((question, i) => ({ question, chosen: i === 0 }));
  const candidates = shown.map(({ question }) => question);
  const context = createRankingContext('where to sleep', candidates);
  const scorer = createContrastScorer(candidates);
  const effect = (at: string, nullWeight: number) => {
    const past = { input_text: 'where to sleep', at: new Date(at), shown };
    const [first] = historyFeatures(context, scorer, [past], now, {
      ...userHistory,
      sameFromSimilarity: 1,
      nullWeight,
    });
    return first?.terms ?? Number.NaN;
  };
  const full = effect('2026-11-01T12:00:00.000Z', 0);
  expect(full).toBeGreaterThan(0.5);
  expect(effect('2026-11-01T12:00:00.000Z', 221.4) / full).toBeCloseTo(1 / 2, 3);
  expect(effect('2026-05-05T12:00:00.000Z', 221.4) / full).toBeCloseTo(1 / 3, 3);
  expect(effect('2025-11-06T12:00:00.000Z', 221.4) / full).toBeCloseTo(1 / 5, 3);
  // Another machine’s clock may be ahead.
  expect(effect('2027-11-01T12:00:00.000Z', 221.4) / full).toBeCloseTo(1 / 2, 3);
});

test('a cached selection equals a fresh one: its texts, its selected text, its topic vector', () => {
  fc.assert(
    fc.property(selection, ({ input_text, at, shown }) => {
      const encoded = encodeSelection({ input_text, at, shown });
      const embeddings = shown.map(({ question }) => toTextVector(question).embedding);
      const selected = shown.findIndex(({ chosen }) => chosen);
      const texts = (chosen: boolean) =>
        shown.filter((one) => one.chosen === chosen).map(({ question }) => toTextVector(question));
      const { contrast } = encoded;
      expect(contrast.selected?.whole ?? null).toBe(texts(true)[0] ?? null);
      expect(contrast.rejected.map(({ whole }) => whole)).toEqual(texts(false));
      expect(contrast.preferenceDirection).toEqual(
        selected < 0 ? null : preferenceDirection(embeddings[selected] ?? new Float32Array(), embeddings),
      );
      const whole = [input_text, ...shown.map(({ question }) => question).toSorted()].join('\n');
      expect(encoded.topicVector.embedding).toEqual(analyze(whole).embedding);
    }),
  );
});
