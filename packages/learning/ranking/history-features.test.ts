import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyze, toTextVector } from '../text/text-vector.ts';
import { preferenceDirection } from '../text/vector.ts';
import { createContrastScorer } from './contrast.ts';
import { encodeSelection, historyFeatures, tenantHistory, userHistory } from './history-features.ts';
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

const now = new Date('2026-11-01T12:00:00Z');

/** A context of one candidate, with these similarities to past selections of these scores. */
function averageOf(similarities: number[], scoreOf: (i: number) => number, weighting = userHistory) {
  const context = {
    ...createRankingContext('where to sleep', ['a quiet inn']),
    compareTopic: () => Float64Array.from(similarities),
  };
  const selections = similarities.map((_, i) => ({
    ...{ input_text: `request ${i}`, at: now },
    shown: [{ question: `answer ${i}`, chosen: true }],
  }));
  const contrasts = selections.map((selection) => encodeSelection(selection).contrast);
  const [features] = historyFeatures(
    context,
    (past) => {
      const score = scoreOf(contrasts.indexOf(past));
      return [{ terms: score, words: 2 * score, direction: 3 * score }];
    },
    selections,
    now,
    weighting,
  );
  return features;
}

test('selections count by e^(12 × (similarity − 0.55)), beside one that says nothing', () => {
  // e^0 = 1 and e^(12 × 0.25) = 20.0855, of 1 + 1 + 20.0855.
  const features = averageOf([0.55, 0.8], (i) => [1, -1][i] ?? 0);
  expect(features?.terms).toBeCloseTo((1 - 20.0855369) / 22.0855369, 5);
  expect(features?.words).toBeCloseTo((2 * (1 - 20.0855369)) / 22.0855369, 5);
  expect(features?.direction).toBeCloseTo((3 * (1 - 20.0855369)) / 22.0855369, 5);
});

test('at most the twelve heaviest count, and none of less than half a percent', () => {
  // Thirteen of one weight: twelve of them, of 13 + 1.
  expect(averageOf(new Array(13).fill(0.55), () => 1)?.terms).toBeCloseTo(12 / 14, 5);
  // The heaviest is the last of thirteen.
  const heavier = [...new Array(12).fill(0.55), 0.6];
  expect(averageOf(heavier, (i) => (i === 12 ? 1 : 0))?.terms).toBeCloseTo(1.8221188 / 14.8221188, 5);
  // e^(12 × −0.45) = 0.0045 of 1.0045, and e^(12 × −0.43) = 0.0057 of 1.0057.
  expect(averageOf([0.1], () => 1)?.terms).toBe(0);
  expect(averageOf([0.12], () => 1)?.terms).toBeCloseTo(0.0057417 / 1.0057417, 6);
});

test('of a tenant eight selections of the same context reach half of the effect', () => {
  expect(averageOf(new Array(8).fill(1), () => 1, tenantHistory)?.terms).toBeCloseTo(0.5, 6);
  // Contexts that are more alike than the same count as the same: one of nine.
  expect(averageOf([1.5], () => 1, tenantHistory)?.terms).toBeCloseTo(1 / 9, 6);
  // Of one's own the very same context counts more: e^(12 × 0.95) of itself and 1.
  expect(averageOf([1.5], () => 1)?.terms).toBeCloseTo(89321.7 / 89322.7, 6);
});

test('the contrast is similarity to the selected text minus the mean of the rejected ones', () => {
  const scorer = createContrastScorer(['a quiet inn', 'a loud hostel']);
  const past = (chosen: number) =>
    encodeSelection({
      ...{ input_text: 'where to sleep', at: now },
      shown: ['a quiet inn', 'a loud hostel', 'sushi'].map((question, i) => ({
        question,
        chosen: i === chosen,
      })),
    }).contrast;
  const [inn, hostel] = scorer(past(0));
  expect(inn?.terms).toBeCloseTo(1, 6);
  expect(hostel?.terms).toBeCloseTo(-0.5, 6);
  expect(hostel?.words).toBeLessThan(inn?.words ?? -1);
  expect(inn?.direction).toBeGreaterThan(0.3);
  const [none] = scorer(past(-1));
  expect(none).toEqual({ terms: expect.closeTo(-1 / 3, 6), words: expect.any(Number), direction: 0 });
  // Nothing was rejected: nothing is subtracted.
  const alone = { input_text: 'x', at: now, shown: [{ question: 'a quiet inn', chosen: true }] };
  expect(scorer(encodeSelection(alone).contrast)[0]?.terms).toBeCloseTo(1, 6);
});

test('the same texts with another selection are another selection, and only equal ones are cached', () => {
  const shown = (chosen: number) => ({
    ...{ input_text: 'where', at: now },
    shown: ['a quiet inn', 'sushi'].map((question, i) => ({ question, chosen: i === chosen })),
  });
  expect(encodeSelection(shown(0))).toBe(encodeSelection(shown(0)));
  expect(encodeSelection(shown(0)).contrast).not.toBe(encodeSelection(shown(1)).contrast);
  expect(encodeSelection({ ...shown(0), input_text: 'when' })).not.toBe(encodeSelection(shown(0)));
});

test('of a long topic the 64 heaviest terms are kept', () => {
  const words = Array.from({ length: 90 }, (_, i) => `${String.fromCharCode(97 + (i % 26))}q${i}`).join(' ');
  const { keys, weights } = encodeSelection({ input_text: words, at: now, shown: [] }).topicVector;
  const all = toTextVector(words);
  expect(keys.length).toBe(weights.length);
  expect(keys.length).toBeGreaterThanOrEqual(64);
  expect(keys.length).toBeLessThan(all.keys.length);
  const least = Math.min(...weights);
  expect(all.weights.filter((weight) => weight > least).length).toBeLessThan(64);
  for (const [i, key] of keys.entries())
    expect(weights[i]).toBeCloseTo(all.weights[all.keys.indexOf(key)] ?? 0, 6);
});
