import type { Memory } from '@learning-loop/learning/memories/memory';
import { expect, test } from 'vitest';
import { hasOlderMemories, memoryTexts, toUserContext, type UserProfile } from './user-profile.ts';

const memories = (type: Memory['type'], count: number, content = type as string): Memory[] =>
  Array.from({ length: count }, (_, n) => ({
    ...{ memory_id: `${type} ${n}`, type, content: `${content} ${n}`, confidence: 0.8 },
    last_seen: new Date('2026-11-01T00:00:00Z'),
  }));

test.each([
  [99, 99, 199, false],
  [100, 0, 0, true],
  [0, 100, 0, true],
  [0, 0, 200, true],
  [0, 0, 0, false],
])(
  'of %i goals, %i preferences and %i histories there may be older ones: %s',
  (goals, preferences, history, expected) => {
    const all = [
      ...memories('goal', goals),
      ...memories('preference', preferences),
      ...memories('history', history),
    ];
    expect(hasOlderMemories(all)).toBe(expected);
  },
);

const facets = { concise: 0.1, step_by_step: 0.2, code_first: 0.3, formal: 0.4 };
const profile: UserProfile = {
  ...{ read_at: new Date(0), facets, interaction_count: 7, selections: [] },
  memories: [
    ...memories('goal', 6),
    ...memories('preference', 6, 'Prefers: tool'),
    ...memories('preference', 6, 'Avoids: tool'),
    ...memories('history', 1),
  ],
};
const five = (text: string) => [0, 1, 2, 3, 4].map((n) => `${text} ${n}`);

test('a context holds the newest five goals, likes and dislikes, each of its own', () => {
  expect(toUserContext(profile)).toEqual({
    ...{ persona_facets: facets, interaction_count: 7, recent_goals: five('goal') },
    ...{ preferences: five('tool'), dislikes: five('tool') },
  });
  const likes = { ...profile, memories: memories('preference', 1, 'Prefers: tool') };
  expect(toUserContext(likes)).toMatchObject({ recent_goals: [], preferences: ['tool 0'], dislikes: [] });
});

test('the texts of a type are its newest, as many as are asked for', () => {
  expect(memoryTexts(profile, 'goal')).toEqual(five('goal'));
  expect(memoryTexts(profile, 'goal', 2)).toEqual(['goal 0', 'goal 1']);
  expect(memoryTexts(profile, 'history', 9)).toEqual(['history 0']);
});
