import type { HypothesisSelected } from '@learning-loop/events/event';
import { expect, test } from 'vitest';
import { feedbackFacetPrompt, selectionFacetPrompt, toDecision } from './facet-deltas.ts';

const facets = { concise: 0.2, step_by_step: 0.4, code_first: 0.6, formal: 0.8 };

const envelope = {
  schema_version: 1,
  event_id: 'e-1',
  tenant_id: 'acme',
  user_id: 'ada',
  interaction_id: 'i-1',
  occurred_at: '2026-01-01T00:00:00.000Z',
};

/** A selection of the second of two hypotheses. */
function selectionOf(input_text: string, selected_id: string | null = 'h2'): HypothesisSelected {
  const hypothesis = {
    rationale: 'hidden from the model',
    confidence: 0.5,
    raw_confidence: 0.5,
    score: 0,
    propensity: 1,
    features: {},
  };
  return {
    ...envelope,
    media_type: 'text',
    context: { persona_facets: facets, interaction_count: 0, recent_goals: [], preferences: [] },
    used_memories: [],
    auto_advanced: false,
    model_id: 'rules',
    input_text,
    selected_id,
    hypotheses: [
      { ...hypothesis, id: 'h1', position: 1, question: 'In prose?' },
      { ...hypothesis, id: 'h2', position: 2, question: 'As\ncode?' },
    ],
  };
}

const shown = [
  { position: 1, question: 'In prose?', chosen: false },
  { position: 2, question: 'As code?', chosen: true },
];

test('the model is told what was shown, what was selected, and what is known, and no more', () => {
  const data = selectionFacetPrompt.data({
    selection: selectionOf('show\u200b me'),
    before: [],
    facets,
    feedback: [
      { type: 'comment', value: 'too\nlong' },
      { type: 'rating', value: 4 },
      { type: 'thumbs_up', value: null },
    ],
    history: ['Asked\nbefore'],
  });
  expect(data).toEqual({
    input_text: 'show me',
    shown,
    facets,
    feedback: [
      { type: 'comment', value: 'too long' },
      { type: 'rating', value: 4 },
      { type: 'thumbs_up', value: null },
    ],
    history: ['Asked before'],
  });
});

test('nothing counts as selected where none was', () => {
  const data = selectionFacetPrompt.data({
    selection: selectionOf('x', null),
    before: [],
    facets,
    feedback: [],
    history: [],
  });
  expect(data).toMatchObject({ shown: [{ chosen: false }, { chosen: false }] });
});

test('of a long history the model gets the newest five selections, ten hypotheses each, and ten comments', () => {
  const many = selectionOf('x'.repeat(2001));
  const [first] = many.hypotheses;
  if (first === undefined) throw new Error('no hypothesis');
  const data = selectionFacetPrompt.data({
    selection: {
      ...many,
      hypotheses: Array.from({ length: 11 }, (_, i) => ({
        ...first,
        position: i + 1,
        question: 'q'.repeat(301),
      })),
    },
    before: [1, 2, 3, 4, 5, 6].map((i) => selectionOf(`${i}${'y'.repeat(300)}`)),
    facets,
    feedback: Array.from({ length: 11 }, () => ({ type: 'comment' as const, value: 'z'.repeat(301) })),
    history: Array.from({ length: 11 }, () => 'h'.repeat(301)),
  });
  expect(data).toEqual({
    input_text: `${'x'.repeat(1999)}…`,
    shown: Array.from({ length: 10 }, (_, i) => ({
      position: i + 1,
      question: `${'q'.repeat(299)}…`,
      chosen: false,
    })),
    before: [2, 3, 4, 5, 6].map((i) => ({ input_text: `${i}${'y'.repeat(298)}…`, shown })),
    facets,
    feedback: Array.from({ length: 10 }, () => ({ type: 'comment', value: `${'z'.repeat(299)}…` })),
    history: Array.from({ length: 10 }, () => `${'h'.repeat(299)}…`),
  });
});

test('for feedback the model is told what was said, beside what was said before', () => {
  const data = feedbackFacetPrompt.data({
    given: { ...envelope, type: 'comment', value: 'shorter,\nplease' },
    facets,
    feedback: [{ type: 'rating', value: 2 }],
    history: [],
  });
  expect(data).toEqual({
    given: { type: 'comment', value: 'shorter, please' },
    facets,
    feedback: [{ type: 'rating', value: 2 }],
    history: [],
  });
});

test('each operation has its name and its limit', () => {
  expect(selectionFacetPrompt).toMatchObject({ operation: 'facet_deltas', maxTokens: 200 });
  expect(feedbackFacetPrompt).toMatchObject({ operation: 'feedback_deltas', maxTokens: 200 });
  expect(selectionFacetPrompt.instructions).toContain('one change for all of these picks together');
  expect(feedbackFacetPrompt.instructions).toContain('what the user said of an answer');
});

test('deltas are clamped to a tenth, and those of 0 left out', () => {
  const decided = { concise: 0.11, step_by_step: -0.11, code_first: 0, formal: 0.1, reason: ' plain\nwish ' };
  expect(toDecision(decided)).toEqual({
    deltas: { concise: 0.1, step_by_step: -0.1, formal: 0.1 },
    reason: 'plain wish',
  });
  expect(toDecision({ concise: -0.1, step_by_step: 0.02, code_first: 0, formal: 0, reason: ' ' })).toEqual({
    deltas: { concise: -0.1, step_by_step: 0.02 },
    reason: 'the model gave no reason',
  });
  expect(toDecision({ ...decided, reason: 'r'.repeat(301) }).reason).toBe(`${'r'.repeat(299)}…`);
});
