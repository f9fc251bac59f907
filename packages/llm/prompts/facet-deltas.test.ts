import { countTokens } from '@learning-loop/learning/prompt';
import { expect, test } from 'vitest';
import { facetRequest } from '../testing/model-server.ts';
import { feedbackFacetPrompt, selectionFacetPrompt } from './facet-deltas.ts';
import { renderMessages } from './prompt.ts';

const base = facetRequest();
const facets = { concise: 0.2, step_by_step: 0.4, code_first: 0.06, formal: 0.8 };

/** A selection of the second of two hypotheses. */
function selectionOf(input_text: string, selected_id: string | null = 'h2') {
  const hypotheses = base.selection.hypotheses.map((one, i) => ({
    ...one,
    question: i === 0 ? 'In prose?' : 'As\ncode?',
  }));
  return { ...base.selection, hypotheses, input_text, selected_id };
}

const request = (changes: object) => ({ ...base, selection: selectionOf('show\u200b me'), ...changes });
const given = (value: string) => {
  const { schema_version, event_id, tenant_id, user_id, interaction_id, occurred_at } = base.selection;
  const envelope = { schema_version, event_id, tenant_id, user_id, interaction_id, occurred_at };
  return { given: { ...envelope, type: 'comment', value } as const, facets, feedback: [], history: [] };
};

test('the model is told what was selected and left, and what is known, and no more', () => {
  const data = selectionFacetPrompt.data(
    request({
      feedback: [
        { type: 'comment', value: 'too\nlong' },
        { type: 'rating', value: 4 },
      ],
      history: ['Asked\nbefore'],
    }),
  );
  expect(data).toEqual({
    input_text: 'show me',
    selected: 'As code?',
    others: ['In prose?'],
    feedback: [
      { type: 'comment', value: 'too long' },
      { type: 'rating', value: 4 },
    ],
    history: ['Asked before'],
  });
});

test('what is not known is not named, and nothing counts as selected where none was', () => {
  expect(selectionFacetPrompt.data(request({ selection: selectionOf('x', null) }))).toEqual({
    input_text: 'x',
    selected: null,
    others: ['In prose?', 'As code?'],
  });
});

test('of a long history the model gets the newest five selections, five comments and five texts, cut', () => {
  const data = selectionFacetPrompt.data(
    request({
      before: [1, 2, 3, 4, 5, 6].map((i) => selectionOf(`${i}${'y'.repeat(100)}`)),
      feedback: Array.from({ length: 6 }, () => ({ type: 'comment' as const, value: 'z'.repeat(101) })),
      history: Array.from({ length: 6 }, () => 'h'.repeat(101)),
    }),
  );
  const shown = { selected: 'As code?', others: ['In prose?'] };
  expect(data).toMatchObject({
    before: [2, 3, 4, 5, 6].map((i) => ({ input_text: `${i}${'y'.repeat(98)}…`, ...shown })),
    feedback: Array.from({ length: 5 }, () => ({ type: 'comment', value: `${'z'.repeat(99)}…` })),
    history: Array.from({ length: 5 }, () => `${'h'.repeat(99)}…`),
  });
});

test('a prompt has at most 1,500 tokens, whatever a user wrote', () => {
  const long = 'a long text '.repeat(300);
  const [first] = base.selection.hypotheses;
  if (!first) throw new Error('no hypothesis');
  const selection = {
    ...selectionOf(long),
    hypotheses: Array.from({ length: 10 }, (_, i) => ({
      ...first,
      id: `h${i}`,
      question: long,
    })),
  };
  const many = Array.from({ length: 10 }, () => long);
  const messages = renderMessages(
    selectionFacetPrompt,
    request({
      selection,
      before: [selection, selection, selection, selection, selection],
      history: many,
      feedback: many.map((value) => ({ type: 'comment', value })),
    }),
  );
  expect(messages.reduce((sum, { content }) => sum + countTokens(content) + 4, 0)).toBeLessThanOrEqual(1_500);
});

const same = { concise: 'same', step_by_step: 'same', code_first: 'same', formal: 'same' };
const read = (value: unknown) =>
  selectionFacetPrompt.read({ text: '', values: [value] }, request({ facets }));

test.each([
  ['nothing', same, {}],
  ['words', { ...same, concise: 'more', formal: 'less' }, { concise: 0.04, formal: -0.04 }],
  ['other words, in any case', { ...same, concise: ' Higher', formal: 'UNCHANGED' }, { concise: 0.04 }],
  [
    'changes',
    { concise: 0.02, step_by_step: 0, code_first: -0.1, formal: 0 },
    { concise: 0.02, code_first: -0.1 },
  ],
  ['facets within another object', { facets: { ...same, formal: 'more' } }, { formal: 0.04 }],
  ['more than asked', { ...same, polite: 'more' }, {}],
])('of an answer that says %s the deltas are read', (_what, said, deltas) => {
  expect(read(said)?.deltas).toEqual(deltas);
});

test.each([
  ['out of range', { ...same, formal: 0.11 }],
  ['below the range', { ...same, formal: -0.2 }],
  ['what was given', { ...same, code_first: 0.06 }],
  ['no direction', { ...same, formal: 'perhaps' }],
  ['one facet less', { concise: 'more', step_by_step: 'same', code_first: 'same' }],
  ['no facet', { done: true }],
])('an answer that says %s is none', (_what, said) => {
  expect(read(said)).toBeNull();
});

test('a comment moves a facet further than a selection', () => {
  const said = { text: '', values: [{ ...same, concise: 'more' }] };
  expect(feedbackFacetPrompt.read(said, given('shorter'))?.deltas).toEqual({ concise: 0.1 });
});

test('the reason is the model’s, or what it changes', () => {
  expect(read({ ...same, reason: ' no\nwish ' })?.reason).toBe('no wish');
  expect(read({ ...same, concise: 'more', code_first: 'less' })?.reason).toBe(
    'the model reads: more concise, less code first',
  );
  expect(read(same)?.reason).toBe('the model sees nothing about style');
});

test('for feedback the model is told what was said', () => {
  expect(feedbackFacetPrompt.data(given('shorter,\nplease'))).toEqual({
    given: { type: 'comment', value: 'shorter, please' },
  });
});

test('nobody waits for either answer', () => {
  for (const prompt of [selectionFacetPrompt, feedbackFacetPrompt]) expect(prompt.isBackground).toBe(true);
});
