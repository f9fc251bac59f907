import { expect, test } from 'vitest';
import type { Memory } from '../memories/memory.ts';
import { toTextVector } from '../text/text-vector.ts';
import { createSignedScorers } from './contrast.ts';
import { isDislike, memoryFeatures } from './memory-features.ts';
import { createRankingContext } from './ranking-context.ts';

const memory = (type: Memory['type'], content: string): Memory => ({
  memory_id: content,
  type,
  content,
  confidence: 0.8,
  last_seen: new Date('2026-11-01'),
});

test('only a preference against something is a dislike', () => {
  expect(isDislike(memory('preference', 'Avoids: Docker'))).toBe(true);
  expect(isDislike(memory('preference', 'no Docker, please'))).toBe(true);
  expect(isDislike(memory('preference', 'Prefers: Docker'))).toBe(false);
  expect(isDislike(memory('goal', 'avoid Docker'))).toBe(false);
});

const asked = 'Something hot, please';

function featuresOf(questions: string[], memories: Memory[], type: Memory['type'] = 'preference'): number[] {
  const context = createRankingContext(asked, questions);
  return memoryFeatures(context, createSignedScorers(questions).words, memories, type);
}

test('a memory of the very opposite of the request keeps the weight of an unrelated one', () => {
  const questions = ['Green tea?', 'Black coffee?'];
  const context = createRankingContext(asked, questions);
  const text = toTextVector('green tea');
  const opposite = { ...context.topicVector, embedding: text.embedding.map((value) => -value) };
  const [feature] = memoryFeatures(
    { ...context, topicVector: opposite },
    createSignedScorers(questions).words,
    [memory('goal', 'green tea')],
    'goal',
  );
  // 0.3 of its confidence of 0.8.
  expect(feature).toBeCloseTo(0.24 * (context.words(text)[0] ?? 0), 9);
  expect(feature).toBeGreaterThan(0.1);
});

test('what is liked raises a candidate, what is avoided lowers it by as much, and a goal is never avoided', () => {
  const questions = ['Green tea?', 'Black coffee?'];
  const [liked = 0] = featuresOf(questions, [memory('preference', 'Prefers: green tea')]);
  const [avoided = 0] = featuresOf(questions, [memory('preference', 'Avoids: green tea')]);
  expect(liked).toBeGreaterThan(0.2);
  expect(avoided).toBeCloseTo(-liked, 9);
  const [goal = 0] = featuresOf(questions, [memory('goal', 'Avoids: green tea')], 'goal');
  expect(goal).toBeGreaterThan(0);
});

test('the label of a preference is no part of the thing', () => {
  const [labelled] = featuresOf(['Prefers?', 'Tea?'], [memory('preference', 'Prefers: coffee')]);
  expect(labelled).toBeLessThan(0.1);
});

test('whoever avoids something is nearer to what goes without it', () => {
  const questions = ['a cream with glycerin', 'a cream without glycerin'];
  const [having = 0, without = 0] = featuresOf(questions, [memory('preference', 'Avoids: glycerin')]);
  expect(without).toBeGreaterThan(having);
  const [liked = 0, missed = 0] = featuresOf(questions, [memory('preference', 'Prefers: glycerin')]);
  expect(liked).toBeGreaterThan(missed);
});

test('the nearest memory counts, not the sum of all', () => {
  const one = featuresOf(['Green tea?', 'Juice?'], [memory('preference', 'Prefers: green tea')]);
  const two = featuresOf(
    ['Green tea?', 'Juice?'],
    [memory('preference', 'Prefers: green tea'), memory('preference', 'Prefers: green tea leaves')],
  );
  expect(two[0]).toBeCloseTo(one[0] ?? 0, 2);
});

test('of many memories the twelve heaviest are compared, whatever their order', () => {
  const questions = ['Green tea?', 'Black coffee?'];
  const others = Array.from({ length: 12 }, (_, i) => ({ ...memory('goal', `ship ${i}`), confidence: 0.9 }));
  const tea = (confidence: number) => ({ ...memory('goal', 'Green tea'), confidence });
  const feature = (confidence: number) =>
    featuresOf(questions, [...others, tea(confidence)], 'goal').map((value) => value > 0.5 * confidence);
  expect(feature(0.95)).toEqual([true, false]);
  expect(feature(0.01)).toEqual([false, false]);
  expect(featuresOf(questions, [tea(1)])).toEqual([0, 0]);
});

test('a memory raises the candidate that is like it by its confidence and its relevance', () => {
  const context = createRankingContext('tea', ['tea', 'ship']);
  // The topic is "tea" twice and "ship": whatever its similarity s to "tea", the weight is 0.3 + 0.7 s.
  const s = toTextVector('tea').embedding.reduce(
    (sum, x, i) => sum + x * (context.topicVector.embedding[i] ?? 0),
    0,
  );
  const compare = createSignedScorers(['tea', 'ship']).words;
  const [tea] = memoryFeatures(context, compare, [memory('goal', 'tea')], 'goal');
  expect(s).toBeGreaterThan(0.5);
  expect(tea).toBeCloseTo(0.8 * (0.3 + 0.7 * s), 5);
});
