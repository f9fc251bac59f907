import { expect, test } from 'vitest';
import { toCandidateFeatures } from './candidate-features.ts';
import { explainUtilities } from './reasons.ts';
import { UtilityModel } from './utility-model.ts';

/** A model with these weights, by family and label, of whatever text they come from. */
function modelOf(texts: string[], weights: Record<string, number>): UtilityModel {
  const features = [
    ...new Map(
      toCandidateFeatures(texts)
        .flat()
        .map((one) => [one.key, one]),
    ).values(),
  ];
  return UtilityModel.from(
    {
      keys: Int32Array.from(features, ({ key }) => key),
      above: new Float64Array(features.length),
      means: Float64Array.from(features, ({ family, label }) => weights[`${family} ${label}`] ?? 0),
      variances: new Float64Array(features.length),
    },
    new Float64Array(7),
  );
}

/** Families: 1 pair, 3 name, 4 text, 5 amount, 6 order. */
const teas = ['Mint tea, 30 g', 'Rose tea, 20 g'];
const explain = (user: Record<string, number>, tenant: Record<string, number> = {}, say = 1, texts = teas) =>
  explainUtilities(toCandidateFeatures(texts), {
    user: modelOf(texts, user),
    tenant: modelOf(texts, tenant),
    say,
  });

test('nothing learned gives no reasons', () => {
  expect(explain({})).toEqual([[], []]);
});

test('what one user selects and what others leave is said of the candidates that have it', () => {
  expect(explain({ '1 mint tea': 1 }, { '1 rose tea': -1 })).toEqual([
    ['you often select “mint tea”'],
    ['others often leave “rose tea”'],
  ]);
});

test.each([
  // Beside the mean of both candidates a pair counts by half: 0.06 / 2 = 0.03 is enough to be said.
  { weight: 0.06, say: 1, said: true },
  { weight: 0.0599, say: 1, said: false },
  { weight: 0.12, say: 0.5, said: true },
  { weight: 0.12, say: 0.4, said: false },
  { weight: -0.06, say: 1, said: true },
])('a pair of the weight $weight at the say $say is said: $said', ({ weight, say, said }) => {
  expect(explain({ '1 mint tea': weight }, {}, say)[0]).toHaveLength(said ? 1 : 0);
});

test('numbers are said to be smaller or larger, with their unit', () => {
  expect(explain({ '5 g': -1 })).toEqual([
    ['you often leave the larger number of “g”'],
    ['you often select the smaller number of “g”'],
  ]);
  expect(explain({ '6 ': 1 }, {}, 1, ['tea, 3', 'tea, 2'])).toEqual([
    ['you often select the larger number'],
    ['you often leave the smaller number'],
  ]);
});

test('what others do is no repetition of what the user does, and a text without words is no reason', () => {
  expect(explain({ '1 mint tea': 2 }, { '1 mint tea': 1 })[0]).toEqual([
    'you often select “mint tea”',
    'others often select “mint tea”',
  ]);
  expect(explain({ '4 ': 2 }, {}, 1, ['7', 'tea'])).toEqual([[], []]);
});

test('words that only begin alike are two reasons', () => {
  const texts = ['tea c, tea cup', 'x'];
  expect(explain({ '1 tea c': 2, '1 tea cup': 3 }, {}, 1, texts)[0]).toEqual([
    'you often select “tea cup”',
    'you often select “tea c”',
  ]);
});

test('three reasons, the strongest first, without those that repeat a part of another', () => {
  const texts = ['Ash Bay Cod, 1 g', 'tea, 2 g'];
  const reasons = (weights: Record<string, number>) => explain(weights, {}, 1, texts)[0];
  expect(reasons({ '1 ash bay': 0.5, '1 bay cod': 2, '5 g': 4 })).toEqual([
    'you often leave the smaller number of “g”',
    'you often select “bay cod”',
    'you often select “ash bay”',
  ]);
  // A part is one at the end and in the middle, too.
  expect(reasons({ '4 ash bay cod g': 3, '1 bay cod': 2, '3 ash bay cod': 1 })).toEqual([
    'you often select “ash bay cod g”',
  ]);
  expect(reasons({ '1 bay cod': 2, '4 ash bay cod g': 1 })).toEqual(['you often select “bay cod”']);
  expect(reasons({ '3 ash bay cod': 3, '1 ash bay': 2 })).toEqual(['you often select “ash bay cod”']);
  // Of the amount and the order of one unit only one is said.
  expect(reasons({ '5 g': -3, '6 g': -2 })).toEqual(['you often select the smaller number of “g”']);
  const four = { '1 ash bay': 4, '1 bay cod': 3, '1 cod g': 2, '5 g': -13 };
  expect(reasons(four)).toEqual([
    'you often select the smaller number of “g”',
    'you often select “ash bay”',
    'you often select “bay cod”',
  ]);
});
