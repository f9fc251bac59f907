import { expect, test } from 'vitest';
import { fiveProposals, proposeRequest } from '../testing/model-server.ts';
import { padWithRules, proposals } from './propose.ts';

const ask = (question: string) => ({ question, rationale: 'because', confidence: 0.5 });

test('proposals that ask the same are one', () => {
  const questions = proposals(fiveProposals).map(({ question }) => question);
  expect(questions).toHaveLength(4);
  expect(questions).not.toContain('Would you like to deploy the API to Kubernetes?');
});

test('proposals that differ in what they use are kept', () => {
  const hypotheses = ['FastAPI', 'Flask', 'Django'].map((name) =>
    ask(`Do you want to build a REST API with ${name}?`),
  );
  expect(proposals({ hypotheses })).toHaveLength(3);
});

test('what has no word to compare is told apart by how it is written', () => {
  const hypotheses = [ask('🚀?'), ask('🎉?'), ask('🚀'), ask('هل تريد بناء واجهة؟')];
  expect(proposals({ hypotheses }).map(({ question }) => question)).toEqual([
    '🚀?',
    '🎉?',
    'هل تريد بناء واجهة؟',
  ]);
});

test('questions that cannot be shown are left out', () => {
  const hypotheses = [ask('\u200b \n'), ask(`Do you want ${'more '.repeat(100)}?`), ask('Deploy\nnow?')];
  expect(proposals({ hypotheses })).toEqual([{ question: 'Deploy now?', rationale: 'because', prior: 0.5 }]);
});

test.each([0, 1, 2])('%i proposals are filled up to three distinct ones', (count) => {
  const few = proposals(fiveProposals).slice(0, count);
  const filled = padWithRules(few, proposeRequest());
  expect(filled.slice(0, count)).toEqual(few);
  expect(new Set(filled.map(({ question }) => question)).size).toBe(3);
});

test('a proposal that repeats the rules still gets two others beside it', () => {
  const request = proposeRequest({ text: '🚀' });
  const [first] = padWithRules([], request);
  const filled = padWithRules(first ? [first] : [], request);
  expect(new Set(filled.map(({ question }) => question)).size).toBe(3);
});
