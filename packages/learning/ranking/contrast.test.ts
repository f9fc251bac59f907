import { expect, test } from 'vitest';
import { createContrastScorer, toContrast } from './contrast.ts';
import { toContrastText } from './contrast-text.ts';

const stems = (text: { words: readonly { stem: string }[] } | null) =>
  text?.words.map(({ stem }) => stem).toSorted() ?? null;

test.each([
  ['a cream without glycerin', ['cream'], ['glycerin']],
  ['a cream without glycerin or perfume for dry skin', ['cream', 'dri', 'skin'], ['glycerin', 'perfum']],
  ['a cream free of glycerin, for dry skin', ['cream', 'dri', 'skin'], ['glycerin']],
  ['a glycerin-free cream', ['cream'], ['glycerin']],
  ['tea instead of coffee', ['tea'], ['coffe']],
  ['stay at home rather than travel', ['home', 'stay'], ['travel']],
  ['no preparation at all', [], ['prepar']],
  ['avoid crowded places and rest', ['rest'], ['crowd', 'place']],
  ['eine Creme ohne Glyzerin', ['creme', 'ein'], ['glyzerin']],
  ['une crème sans glycérine', ['crème', 'une'], ['glycérin']],
  ['soup without milk and sugar', ['soup'], ['milk', 'sugar']],
  ['a free concert', ['concert', 'free'], null],
  ['not only tea', ['not', 'onli', 'tea'], null],
  ['a cream with glycerin', ['cream', 'glycerin'], null],
])('"%s" speaks for %j and against %j', (text, affirmed, negated) => {
  const divided = toContrastText(text);
  expect([stems(divided.affirmed), stems(divided.negated)]).toEqual([affirmed, negated]);
});

test('the share of what is negated is that of its weight: half, all, nothing', () => {
  const share = (text: string) => toContrastText(text).negatedShare;
  expect(share('glycerin without glycerin')).toBeCloseTo(1 / 2, 6);
  expect(share('without glycerin')).toBe(1);
  expect(share('glycerin')).toBe(0);
});

const score = (chosen: string, left: string, question: string, beside = 'something else') => {
  const past = toContrast([chosen, left], 0);
  const [one] = createContrastScorer([question, beside])(past);
  return one ?? { terms: Number.NaN, words: Number.NaN, direction: Number.NaN };
};

test('whoever left glycerin is nearer to what goes without it than to what has it', () => {
  for (const kind of ['terms', 'words'] as const) {
    const without = score('an oil', 'a glycerin cream', 'lotion without glycerin')[kind];
    const neutral = score('an oil', 'a glycerin cream', 'lotion of aloe')[kind];
    const having = score('an oil', 'a glycerin cream', 'lotion with glycerin')[kind];
    expect(without).toBeGreaterThan(neutral);
    expect(neutral).toBeGreaterThan(having);
  }
});

test('whoever selected what goes without something is nearer to another thing without it', () => {
  for (const kind of ['terms', 'words'] as const) {
    const without = score('a salad without dairy', 'a pizza', 'soup without dairy')[kind];
    const having = score('a salad without dairy', 'a pizza', 'soup with dairy')[kind];
    expect(without).toBeGreaterThan(0);
    expect(having).toBeLessThan(0);
  }
});

test('a text that says the same is at one with itself, and none selected is only against', () => {
  const same = score('tea', 'coffee', 'tea', 'coffee');
  expect(same.terms).toBeCloseTo(1, 5);
  expect(same.direction).toBeCloseTo(1, 5);
  const [tea] = createContrastScorer(['tea', 'coffee'])(toContrast(['tea', 'juice'], -1));
  expect(tea?.terms).toBeCloseTo(-1 / 2, 5);
  expect(tea?.direction).toBe(0);
});

test('each question is compared with its own negation, also where several negate', () => {
  const past = toContrast(['an oil', 'a glycerin cream'], 0);
  const scorer = createContrastScorer(['soap without perfume', 'balm', 'lotion without glycerin']);
  const [perfume, balm, glycerin] = scorer(past);
  expect([perfume?.terms, balm?.terms]).toEqual([0, 0]);
  expect(glycerin?.terms).toBeGreaterThan(0.2);
});
