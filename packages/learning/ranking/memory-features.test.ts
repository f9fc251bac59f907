import { expect, test } from 'vitest';
import type { Memory } from '../memories/memory.ts';
import { isDislike } from './memory-features.ts';

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
