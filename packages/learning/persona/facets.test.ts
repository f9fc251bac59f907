import { facetNames } from '@learning-loop/events/fields';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyDeltas, defaultFacets, feedbackFacetDeltas, selectionFacetDeltas } from './facets.ts';

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

test('whatever happens, deltas stay within 0.1 and facets within [0, 1]', () => {
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
        expect(Math.abs(deltas[name] ?? 0)).toBeLessThanOrEqual(0.1);
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
