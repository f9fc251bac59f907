import { expect, test } from 'vitest';
import type { Memory } from '../memories/memory.ts';
import { toTextVector } from '../text/text-vector.ts';
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

test('a memory of the very opposite of the request keeps the weight of an unrelated one', () => {
  const context = createRankingContext('Something hot, please', ['Green tea?', 'Black coffee?']);
  const text = toTextVector('green tea');
  const opposite = { ...context.topicVector, embedding: text.embedding.map((value) => -value) };
  const [feature] = memoryFeatures(
    { ...context, topicVector: opposite },
    [memory('goal', 'green tea')],
    'goal',
  );
  // 0.3 of its confidence of 0.8.
  expect(feature).toBeCloseTo(0.24 * (context.words(text)[0] ?? 0), 9);
  expect(feature).toBeGreaterThan(0.1);
});
