import { expect, test } from 'vitest';
import { countConsistency, type Findings } from './consistency.ts';

const facets = { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 };

function findings(): Findings {
  const accepted = ['a', 'b'].map((id) => ({
    user_id: 'ada',
    interaction_id: id,
    event_id: id,
    rankedFirst: true,
  }));
  return {
    accepted,
    interactions: accepted.map(({ event_id }) => ({
      event_id,
      selected_at: null,
      learned: true,
      learning: null,
    })),
    users: [
      {
        user_id: 'ada',
        memories: [{ type: 'history', content: 'asked twice', confidence: 1, count: 2 }],
        persona: { facets, interaction_count: 2 },
      },
    ],
    pending: 0,
    logged: new Set(['a', 'b']),
    completed: [{ event_id: 'a' }, { event_id: 'b' }, { event_id: 'of another run' }],
  };
}

const wrong = (changed: Partial<Findings>) =>
  countConsistency({ ...findings(), ...changed })
    .filter(({ is, mustBe }) => is !== mustBe)
    .map(({ of }) => of);

test('all counts agree when everything was learned once', () => {
  expect(wrong({})).toEqual([]);
});

test('what was lost or learned twice shows', () => {
  expect(wrong({ logged: new Set(['a']) })).toEqual([
    'of these, in hypotheses_data.jsonl',
    'distinct events in hypotheses_data.jsonl',
  ]);
  expect(wrong({ logged: new Set(['a', 'b', 'c']) })).toEqual(['distinct events in hypotheses_data.jsonl']);
  expect(wrong({ completed: [{ event_id: 'a' }, { event_id: 'a' }, { event_id: 'b' }] })).toEqual([
    'learning_loop_complete lines',
  ]);
  expect(wrong({ pending: 1 })).toEqual(['events left in the outbox']);
  expect(wrong({ users: [] })).toEqual(['choices counted by personas', 'choices remembered as history']);
});
