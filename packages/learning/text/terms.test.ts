import { expect, test } from 'vitest';
import { estimateEnglish } from './english.ts';
import { toLetterTrigrams } from './letter-trigrams.ts';
import { toTerms, wordSimilarity } from './terms.ts';

const stems = (text: string) => toTerms(text).map(({ stem }) => stem);

test.each([
  ['Deploying the APIs', ['deploy', 'api']],
  ["the king's crown", ['king', 'crown']],
  ['la Maison d’été', ['la', 'maison', 'd’été']],
  ['C++ and C#', ['c++', 'c#']],
  ['not without 3 teas', ['not', 'without', '3', 'tea']],
  ['ＡＢＣ', ['abc']],
  ['k8s', ['kubernet']],
  ['', []],
  ['the of and', []],
])('the stems of "%s" are %j', (text, expected) => {
  expect(stems(text)).toEqual(expected);
});

test('of a long text the first 4,000 letters count, of a long word the first 40', () => {
  expect(stems(`${'ab '.repeat(1333)}cde`)).toHaveLength(1334);
  expect(stems(`${'ab '.repeat(1333)}cde`).at(-1)).toBe('c');
  const [word, same] = toTerms(`${'x'.repeat(40)}y ${'x'.repeat(41)}z`);
  expect(word?.wordHash).toBe(same?.wordHash);
});

test('a word has its rank, else that of its stem', () => {
  const [tea, unknown] = toTerms('tea qxzzy');
  expect(tea?.frequencyRank).toBeGreaterThan(0);
  expect(unknown).toMatchObject({ frequencyRank: -1, weight: 1 });
  expect(tea?.weight).toBeLessThan(1);
});

test.each([
  // "^tea" alone; "^tea" and "teas"; none of two letters: "^at" has three.
  ['tea', 1],
  ['teas', 2],
  ['ax', 0],
  ['宿泊施設', 3],
])('"%s" has %d n-grams', (word, count) => {
  expect(toTerms(word)[0]?.ngrams).toHaveLength(count);
});

test('words that begin or end alike share n-grams', () => {
  const ngrams = (word: string) => new Set(toTerms(word)[0]?.ngrams);
  const shared = (one: string, other: string) =>
    [...ngrams(one)].filter((ngram) => ngrams(other).has(ngram)).length;
  expect(shared('kubernetes', 'kubernates')).toBe(4);
  expect(shared('deployer', 'employer')).toBe(3);
  expect(shared('tea', 'xtea')).toBe(0);
});

test('words of one stem are the same, others as near as their vectors, and unknown ones have nothing in common', () => {
  const similarity = (one: string, other: string) => {
    const [a, b] = toTerms(`${one} ${other}`);
    return a === undefined || b === undefined ? Number.NaN : wordSimilarity(a, b);
  };
  expect(similarity('deploying', 'deployed')).toBe(1);
  expect(similarity('tea', 'coffee')).toBeGreaterThan(0.4);
  expect(similarity('tea', 'coffee')).toBeLessThan(1);
  expect(similarity('tea', 'qxzzy')).toBe(0);
  expect(similarity('qxzzy', 'tea')).toBe(0);
  expect(similarity('qxzzy', 'qxzzya')).toBe(0);
});

test.each([
  // Of four words four, three, two and none are known: (share − 0.5) / 0.3.
  ['tea and the house', 1],
  ['tea and qxzzy house', 0.8333],
  ['tea and qxzzy qxzzb', 0],
  ['qxzzy', 0],
  ['', 0],
  ['TEA', 1],
])('"%s" is English by %d', (text, share) => {
  expect(estimateEnglish(text)).toBeCloseTo(share, 4);
});

test.each([
  // "^te", "tea" and "ea$".
  ['tea', 3],
  ['a tea of the', 3],
  ['Tea tea', 6],
  // Pairs of "^猫舌$".
  ['猫舌', 3],
  ['x', 1],
  ['', 0],
])('"%s" has %d letter trigrams', (text, count) => {
  expect(toLetterTrigrams(text)).toHaveLength(count);
});

test('trigrams tell the ends of a word from its middle, and capitals from nothing', () => {
  const shared = (one: string, other: string) => {
    const known = new Set(toLetterTrigrams(one));
    return [...toLetterTrigrams(other)].filter((hash) => known.has(hash)).length;
  };
  expect(shared('tea', 'TEA')).toBe(3);
  expect(shared('tea', 'teas')).toBe(2);
  expect(shared('tea', 'steam')).toBe(1);
  expect(toLetterTrigrams('a'.repeat(5000)).length).toBe(4000);
});
