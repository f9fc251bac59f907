import { expect, test } from 'vitest';
import { fiveCandidates, proposeRequest } from '../testing/model-server.ts';
import { padWithRules, toCandidates } from './propose.ts';

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
