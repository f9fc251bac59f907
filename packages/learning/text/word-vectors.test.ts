import { expect, test } from 'vitest';
import { dot, unit } from './vector.ts';
import { addWord, frequencyRank, nextVector, wordCosine, zipfIdf } from './word-vectors.ts';

const vectorOf = (word: string) => {
  const vector = nextVector();
  addWord(vector, frequencyRank(word), 1);
  return vector;
};
const words = ['tea', 'coffee', 'ship', 'boat', 'the', 'house'];

test('words have ranks by their frequency, and -1 where they are unknown', () => {
  expect(frequencyRank('the')).toBe(0);
  expect(frequencyRank('tea')).toBeGreaterThan(frequencyRank('house'));
  expect(frequencyRank('qxzzy')).toBe(-1);
});

test('the rarer a word, the more it weighs, from 0 to 1', () => {
  expect(zipfIdf('the')).toBe(0);
  expect(zipfIdf('qxzzy')).toBe(1);
  for (const word of ['tea', 'house', 'ship'])
    expect(zipfIdf(word)).toBeCloseTo(Math.log(frequencyRank(word) + 1) / Math.log(40_000), 12);
});

test('the vector of a word has the length 1, times its factor, and is added to what is there', () => {
  for (const word of words) expect(dot(vectorOf(word), vectorOf(word))).toBeCloseTo(1, 5);
  const sum = vectorOf('tea');
  addWord(sum, frequencyRank('tea'), 2);
  expect(dot(sum, vectorOf('tea'))).toBeCloseTo(3, 4);
});

test('the cosine of two words is that of their vectors, both ways and again', () => {
  for (const one of words)
    for (const other of words) {
      const cosine = dot(unit(vectorOf(one)), unit(vectorOf(other)));
      for (const _ of [1, 2])
        expect(wordCosine(frequencyRank(one), frequencyRank(other))).toBeCloseTo(cosine, 5);
    }
  const [tea, coffee, ship, boat] = words.map(frequencyRank) as [number, number, number, number];
  expect(wordCosine(tea, coffee)).toBeGreaterThan(wordCosine(tea, ship));
  expect(wordCosine(ship, boat)).toBeGreaterThan(wordCosine(coffee, boat));
});

test('many pairs do not take each other’s place in the cache', () => {
  const ranks = Array.from({ length: 400 }, (_, i) => 7 * i + 3);
  const cosines = ranks.map((rank) => wordCosine(rank, 5));
  for (const other of [11, 12, 13]) for (const rank of ranks) wordCosine(rank, other);
  expect(ranks.map((rank) => wordCosine(5, rank))).toEqual(cosines);
});

test('vectors that are cut from one block do not overlap', () => {
  const vectors = Array.from({ length: 600 }, () => nextVector());
  for (const [i, vector] of vectors.entries()) vector.fill(i);
  expect(vectors.every((vector, i) => vector.length === 80 && vector.every((value) => value === i))).toBe(
    true,
  );
});
