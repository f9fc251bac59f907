import { expect, test } from 'vitest';
import { fiveCandidates, proposeRequest } from '../testing/model-server.ts';
import { padWithRules, proposePrompt, toCandidates } from './propose.ts';

const propose = (question: string) => ({ question, rationale: 'because', confidence: 0.5 });

test('candidates that ask the same are one', () => {
  const questions = toCandidates(fiveCandidates).map(({ question }) => question);
  expect(questions).toHaveLength(4);
  expect(questions).not.toContain('Would you like to deploy the API to Kubernetes?');
});

test('candidates that differ in what they use are kept', () => {
  const hypotheses = ['FastAPI', 'Flask', 'Django'].map((name) =>
    propose(`Do you want to build a REST API with ${name}?`),
  );
  expect(toCandidates({ hypotheses })).toHaveLength(3);
});

test('what has no word to compare is told apart by how it is written', () => {
  const hypotheses = [propose('🚀?'), propose('🎉?'), propose('🚀'), propose('هل تريد بناء واجهة؟')];
  expect(toCandidates({ hypotheses }).map(({ question }) => question)).toEqual([
    '🚀?',
    '🎉?',
    'هل تريد بناء واجهة؟',
  ]);
});

test('questions that cannot be shown are left out', () => {
  const hypotheses = [
    propose('\u200b \n'),
    propose(`Do you want ${'more '.repeat(100)}?`),
    propose('Deploy\nnow?'),
  ];
  expect(toCandidates({ hypotheses })).toEqual([
    { question: 'Deploy now?', rationale: 'because', prior: 0.5 },
  ]);
});

test.each([0, 1, 2])('%i candidates are filled up to three distinct ones', (count) => {
  const few = toCandidates(fiveCandidates).slice(0, count);
  const filled = padWithRules(few, proposeRequest());
  expect(filled.slice(0, count)).toEqual(few);
  expect(new Set(filled.map(({ question }) => question)).size).toBe(3);
});

test('a candidate that repeats the rules still gets two others', () => {
  const request = proposeRequest({ text: '🚀' });
  const [first] = padWithRules([], request);
  const filled = padWithRules(first ? [first] : [], request);
  expect(new Set(filled.map(({ question }) => question)).size).toBe(3);
});

test('the model is told the request and what is known, cut, and nothing that cannot be seen', () => {
  const request = proposeRequest({ text: `deploy\u200b ${'x'.repeat(4000)}` });
  const facets = request.context.persona_facets;
  const data = proposePrompt.data({
    ...request,
    context: {
      persona_facets: facets,
      interaction_count: 3,
      recent_goals: ['g'.repeat(201)],
      preferences: ['p'.repeat(201)],
      dislikes: ['d'.repeat(201)],
    },
    history: ['h'.repeat(301)],
  });
  expect(data).toEqual({
    input_text: `deploy ${'x'.repeat(3992)}…`,
    persona_facets: facets,
    recent_goals: [`${'g'.repeat(199)}…`],
    preferences: [`${'p'.repeat(199)}…`],
    dislikes: [`${'d'.repeat(199)}…`],
    history: [`${'h'.repeat(299)}…`],
  });
  expect(proposePrompt).toMatchObject({ operation: 'propose', maxTokens: 800 });
});

test('a question of 300 characters is shown, and one of 301 is not; a rationale is cut at 200', () => {
  const exact = propose('q'.repeat(300));
  const candidates = toCandidates({
    hypotheses: [{ ...exact, rationale: 'r'.repeat(201) }, propose('z'.repeat(301))],
  });
  expect(candidates).toEqual([{ question: 'q'.repeat(300), rationale: `${'r'.repeat(199)}…`, prior: 0.5 }]);
});

test('three candidates are enough: the rules add none', () => {
  const three = ['one?', 'two?', 'three?'].map((question) => ({ question, rationale: '', prior: 0.3 }));
  expect(padWithRules(three, proposeRequest())).toBe(three);
});
