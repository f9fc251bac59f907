import { expect, test } from 'vitest';
import { analyze } from './text-vector.ts';
import { createWordScorer, NearestWords } from './word-scorer.ts';

const numbered = (prefix: string, count: number) =>
  analyze(Array.from({ length: count }, (_, i) => `${prefix}${i}`).join(' '));

test('only so many pairs of words are compared, however long the texts are; beyond them the same stem still counts', () => {
  const targets = numbered('a', 500);
  const near = new NearestWords(targets.words);
  const nearest = new Float32Array(near.targets.length);
  for (const word of numbered('b', 700).words) near.raise(nearest, word);
  expect(near.rows.length).toBeLessThanOrEqual(2 * 250_000);
  const [first] = targets.words;
  if (!first) throw new Error('no word');
  expect([near.raise(nearest, first), nearest[0]]).toEqual([-1, 1]);
  expect(nearest.slice(1).every((similarity) => similarity === 0)).toBe(true);
});

test('a text is found similar to one with the same words after the pairs are used up', () => {
  const scorer = createWordScorer([numbered('a', 600), analyze('bread and butter')]);
  for (let i = 0; i < 3; i += 1) scorer(numbered(`c${i}x`, 600));
  const [other, same] = scorer(analyze('butter with bread'));
  expect(other).toBe(0);
  expect(same).toBeGreaterThanOrEqual(0.5);
});
