import { facetNames } from '@learning-loop/events/fields';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyDeltas, defaultFacets, feedbackFacetDeltas, selectionFacetDeltas, styleFit } from './facets.ts';

const neutral = [
  'Do you want to build a REST API?',
  'Do you want to build a website?',
  'Do you want to build a game?',
];
const shown = (questions: string[]) => questions.map((question, i) => ({ id: `h${i + 1}`, question }));
const deltasOf = (selected_id: string | null, questions = neutral, model_id = 'rules') =>
  selectionFacetDeltas({ model_id, selected_id, hypotheses: shown(questions), input_text: 'x' }).deltas;

test.each([
  ['h1', { concise: 0.02 }],
  ['h2', { step_by_step: 0.02, concise: -0.01 }],
  ['h3', { step_by_step: 0.02, concise: -0.01 }],
  [null, {}],
  ['h9', {}],
])('among hypotheses of the same style, %s gives the deltas %j', (selected, deltas) => {
  expect(deltasOf(selected)).toEqual(deltas);
});

const styled = fc.constantFrom(
  'Get a short answer',
  'See code for it',
  'Build a website',
  'Get a formal report',
);

test('among candidates of a caller that have the same style, none changes a facet, whatever its place', () => {
  fc.assert(
    fc.property(
      styled,
      fc.integer({ min: 2, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      (text, count, place) => {
        const questions = Array.from({ length: count }, (_, i) => `${text} ${i}`);
        expect(deltasOf(`h${place}`, questions, 'candidates')).toEqual({});
      },
    ),
  );
});

test('among candidates of a caller, what differs in style still counts', () => {
  expect(
    deltasOf('h2', ['Get an opinion', 'See example code for it'], 'candidates').code_first,
  ).toBeGreaterThan(0);
});

test('a plain text selected over a brief one and one in steps says nothing about either', () => {
  const questions = ['Build a website', 'Get a short overview', 'Go through it step by step'];
  expect(deltasOf('h1', questions, 'candidates')).toEqual({});
});

test('code selected over a formal report changes both facets', () => {
  const deltas = deltasOf('h1', [
    'See example code and snippets for it',
    'Get a formal report',
    'Get an opinion',
  ]);
  expect(deltas.code_first).toBeGreaterThan(0);
  expect(deltas.formal).toBeLessThan(0);
});

test('a detailed step-by-step guide selected over a short summary asks for steps and not for brevity', () => {
  const deltas = deltasOf('h1', ['A detailed step-by-step guide', 'A short summary', 'A picture']);
  expect(deltas.step_by_step).toBeGreaterThan(0.02);
  expect(deltas.concise).toBeLessThan(0.02);
});

test.each([
  ['comment', 'too brief', 'concise', -1],
  ['comment', 'That was way too long and rambling', 'concise', 1],
  ['comment', 'please show me the code', 'code_first', 1],
  ['comment', 'too formal for my taste', 'formal', -1],
  ['thumbs_down', 'too brief', 'concise', -1],
  ['thumbs_down', null, 'step_by_step', 1],
  ['rating', 1, 'concise', -1],
] as const)('%s "%s" changes %s by the sign %d', (type, value, facet, sign) => {
  expect(Math.sign(feedbackFacetDeltas({ type, value }).deltas[facet] ?? 0)).toBe(sign);
});

test.each([
  ['thumbs_up', null],
  ['rating', 5],
  ['comment', 'thanks!'],
])('%s "%s" changes nothing', (type, value) => {
  expect(feedbackFacetDeltas({ type, value }).deltas).toEqual({});
});

test('whatever happens, deltas stay within 0.06 and facets within [0, 1]', () => {
  const facet = fc.double({ min: 0, max: 1, noNaN: true });
  const facets = fc.record({ concise: facet, step_by_step: facet, code_first: facet, formal: facet });
  const words = fc.constantFrom(
    'short',
    'step by step',
    'code',
    'formal',
    'report',
    'detail',
    'tea',
    'snippets',
    'brief',
  );
  const questions = fc.array(
    fc.array(words).map((list) => list.join(' ')),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(facets, questions, fc.nat(5), (start, texts, selected) => {
      const { deltas } = selectionFacetDeltas({
        model_id: 'rules',
        selected_id: `h${selected}`,
        hypotheses: shown(texts),
        input_text: '',
      });
      const updated = applyDeltas(start, deltas);
      for (const name of facetNames) {
        expect(Math.abs(deltas[name] ?? 0)).toBeLessThanOrEqual(0.06);
        expect(updated[name]).toBeGreaterThanOrEqual(0);
        expect(updated[name]).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('facets are rounded to four decimals', () => {
  expect(applyDeltas(defaultFacets, { concise: 0.02 }).concise).toBe(0.52);
  expect(applyDeltas({ ...defaultFacets, concise: 0.123456 }, {}).concise).toBe(0.1235);
});

const changeOf = (questions: string[], selected_id: string | null = 'h1', model_id = 'candidates') =>
  selectionFacetDeltas({ model_id, selected_id, hypotheses: shown(questions), input_text: 'x' });

test.each([
  // A style by one word is 1/2, by two 3/4; the step is 0.04 of the difference from the mean of the others.
  { questions: ['a short overview', 'a website'], deltas: { concise: 0.03 }, differs: ['concise'] },
  { questions: ['a Short short one', 'a website'], deltas: { concise: 0.02 }, differs: ['concise'] },
  { questions: ['a short one', 'a short one', 'a website'], deltas: { concise: 0.01 }, differs: ['concise'] },
  // A text without a style takes half of a step from what was not selected, in two facets.
  { questions: ['a website', 'see the code'], deltas: { code_first: -0.01 }, differs: ['code_first'] },
  { questions: ['a website', 'a formal one'], deltas: { formal: -0.01 }, differs: ['formal'] },
  { questions: ['a website', 'a short one', 'a guide'], deltas: {}, differs: [] },
  {
    questions: ['a formal guide', 'code'],
    deltas: { step_by_step: 0.02, code_first: -0.02, formal: 0.02 },
    differs: ['step_by_step', 'code_first', 'formal'],
  },
  { questions: ['see the code'], deltas: { code_first: 0.02 }, differs: ['code_first'] },
])('of $questions the first gives $deltas', ({ questions, deltas, differs }) => {
  const why = differs.length === 0 ? '' : `; its style differs in ${differs.join(', ')}`;
  expect(changeOf(questions)).toEqual({ deltas, reason: `h1 was chosen${why}` });
});

test('position and style add up, and what adds up to nothing is no change', () => {
  expect(changeOf(['a short overview', 'a website'], 'h1', 'rules').deltas).toEqual({ concise: 0.05 });
  expect(changeOf(['a website', 'a short guide'], 'h2', 'rules').deltas).toEqual({
    concise: 0.01,
    step_by_step: 0.04,
  });
  // −0.01 for the second place, and 0.04 × (1/2 − 1/4) for its style.
  const questions = ['a short one', 'a short one', 'a website'];
  expect(changeOf(questions, 'h2', 'rules').deltas).toEqual({ step_by_step: 0.02 });
  expect(changeOf(questions, null)).toEqual({ deltas: {}, reason: 'none of the hypotheses was chosen' });
});

test.each([
  ['thumbs_down', null, true],
  ['thumbs_down', 'so bad', true],
  ['rating', 1, true],
  ['rating', 2, true],
  ['rating', '2', true],
  ['rating', 3, false],
  ['rating', null, false],
  ['comment', 2, false],
  ['comment', null, false],
] as const)('%s "%s" says that the answer did not help: %s', (type, value, failed) => {
  expect(feedbackFacetDeltas({ type, value })).toEqual(
    failed
      ? { deltas: { concise: -0.01, step_by_step: 0.01 }, reason: 'the answer did not help' }
      : { deltas: {}, reason: 'says nothing about style' },
  );
});

test('what a comment asks for counts before the thumb', () => {
  expect(feedbackFacetDeltas({ type: 'thumbs_down', value: 'too long' })).toEqual({
    deltas: { concise: 0.05, step_by_step: -0.02 },
    reason: 'asked for less text',
  });
});

test('a text fits a persona by its styles times how far the facets are from neutral, halved', () => {
  expect(styleFit('a short one', defaultFacets)).toBe(0);
  expect(styleFit('a short one', { ...defaultFacets, concise: 1 })).toBe(0.125);
  expect(styleFit('a short guide', { ...defaultFacets, concise: 1, step_by_step: 0 })).toBe(0);
  expect(styleFit('a website', { ...defaultFacets, concise: 1 })).toBe(0);
  expect(styleFit('`x`', { ...defaultFacets, code_first: 0 })).toBe(-0.125);
});

test('facets end at 0 and at 1, and others stay', () => {
  const facets = { ...defaultFacets, concise: 0.98, formal: 0.03 };
  expect(applyDeltas(facets, { concise: 0.05, formal: -0.05 })).toEqual({
    ...{ concise: 1, step_by_step: 0.5, code_first: 0.5, formal: 0 },
  });
  expect(facets.concise).toBe(0.98);
});
