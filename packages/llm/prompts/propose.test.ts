import { generateCandidates } from '@learning-loop/learning/candidates/propose';
import { countTokens } from '@learning-loop/learning/prompt';
import { expect, test } from 'vitest';
import { fiveCandidates, proposeRequest } from '../testing/model-server.ts';
import { renderMessages } from './prompt.ts';
import { padWithRules, proposePrompt, toCandidates } from './propose.ts';
import examples from './propose-examples.json' with { type: 'json' };

const request = { text: 'deploy api' };
const questionsOf = (questions: string[], asked = request) =>
  toCandidates(questions, asked).map(({ question }) => question);
const five = fiveCandidates.hypotheses.map(({ question }) => question);

test('candidates that ask the same are one', () => {
  expect(questionsOf(five)).toEqual(five.filter((one) => !one.startsWith('Would you like')));
});

test('candidates that differ in what they use are kept', () => {
  const questions = ['FastAPI', 'Flask', 'Django'].map(
    (name) => `Do you want to build a REST API with ${name}?`,
  );
  expect(questionsOf(questions)).toEqual(questions);
});

test('what has no word to compare is told apart by how it is written', () => {
  expect(questionsOf(['🚀?', '🎉?', '🚀', 'هل تريد بناء واجهة؟'])).toEqual([
    '🚀?',
    '🎉?',
    'هل تريد بناء واجهة؟',
  ]);
});

test('questions that cannot be shown are left out', () => {
  const questions = [
    '\u200b \n',
    `Do you want ${'more '.repeat(100)}?`,
    '…?',
    'Do you want fu\uFFFD?',
    'Deploy\nnow?',
  ];
  expect(questionsOf(questions)).toEqual(['Deploy now?']);
});

test('a question of 300 characters is shown, and one of 301 is not', () => {
  expect(questionsOf(['q'.repeat(300), 'z'.repeat(301)])).toEqual(['q'.repeat(300)]);
});

test('what an example speaks of is left out, unless the request does, and so is the request itself', () => {
  const [, copied = ''] = examples.en.turns[0] ?? [];
  const questions = [copied, 'Do you want Lamps on the API?', 'Deploy API.', 'Do you want to deploy it?'];
  expect(questionsOf(questions)).toEqual(['Do you want to deploy it?']);
  const asked = { text: 'order a lamp' };
  expect(questionsOf(['Do you want a lamp for a desk?', 'Do you want a bulb?'], asked)).toEqual([
    'Do you want a lamp for a desk?',
  ]);
});

test('likelihood is that of the order, and adds up to 1', () => {
  const candidates = toCandidates(five, request);
  expect(candidates.map(({ prior }) => prior.toFixed(3))).toEqual(['0.426', '0.277', '0.180', '0.117']);
  expect(candidates.every(({ rationale }) => rationale === '')).toBe(true);
});

test.each([0, 1, 2])('%i candidates are filled up to three distinct ones', (count) => {
  const few = toCandidates(five, request).slice(0, count);
  const filled = padWithRules(few, proposeRequest());
  expect(filled.slice(0, count)).toEqual(few);
  expect(new Set(filled.map(({ question }) => question)).size).toBe(3);
});

test('a candidate that repeats the rules still gets two others', () => {
  const asked = proposeRequest({ text: '🚀' });
  const [first] = padWithRules([], asked);
  const filled = padWithRules(first ? [first] : [], asked);
  expect(new Set(filled.map(({ question }) => question)).size).toBe(3);
});

test('three candidates are enough: the rules add none', () => {
  const three = ['one?', 'two?', 'three?'].map((question) => ({ question, rationale: '', prior: 0.3 }));
  expect(padWithRules(three, proposeRequest())).toBe(three);
});

const context = { ...proposeRequest().context };
const turnsOf = (text: string) =>
  renderMessages(proposePrompt, proposeRequest({ text })).map(({ content }) => content);

test.each([
  ['wie wird das wetter morgen', 'tulpen'],
  ['che tempo fa domani', 'tulipani'],
  ['wordt het morgen zonnig', 'gesneden tulpen'],
  ['明日の天気は', 'チューリップ'],
  ['how will the weather be', 'tulip bulbs'],
  ['quel temps fera-t-il demain', 'tulipes'],
])('the examples speak the language of %j', (text, word) => {
  expect(turnsOf(text).slice(1, -1).join('\n')).toContain(word);
});

test('for a language without examples they show that the language follows the request', () => {
  const turns = turnsOf('какая завтра погода').slice(1, -1);
  expect(turns.map((turn) => /[\u3040-\u30ff]/u.test(turn))).toEqual([false, false, true, true]);
});

test('no example is what the product itself would propose', () => {
  for (const [text = '', ...questions] of Object.values(examples).flatMap(({ turns }) => turns))
    for (const { question } of generateCandidates({ text, goals: [], preferences: [] }))
      expect(questions).not.toContain(question);
});

test('every language has the same two examples, of five distinct questions each', () => {
  expect(Object.keys(examples)).toEqual(['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'ja', 'zh']);
  for (const { turns } of Object.values(examples)) {
    expect(turns.map((turn) => new Set(turn).size)).toEqual([6, 6]);
  }
});

test.each(Object.entries(examples))(
  'all questions of the examples are known as copies: %s',
  (_language, { marks, turns }) => {
    for (const question of turns.flatMap(([, ...questions]) => questions))
      expect(
        marks.filter((mark) => question.toLowerCase().includes(mark)),
        question,
      ).not.toEqual([]);
  },
);

test('the model is told the request and what is known, cut, and nothing that cannot be seen', () => {
  const data = proposePrompt.data({
    ...proposeRequest({ text: 'deploy\u200b it' }),
    context: {
      ...context,
      recent_goals: ['g'.repeat(121)],
      preferences: ['1', '2', '3', '4', '5', '6'],
      dislikes: ['d d'],
    },
    history: [],
  });
  expect(data).toEqual({
    input_text: 'deploy it',
    dislikes: ['d d'],
    preferences: ['1', '2', '3', '4', '5'],
    recent_goals: [`${'g'.repeat(119)}…`],
  });
});

const longTexts = ['long text ', '日本語の長い文', 'ﷺ🚀¤', 'Übergrößenträger '].map((part) =>
  part.repeat(800),
);

test.each(longTexts)('a prompt has at most 1,500 tokens, whatever a user wrote: %#', (text) => {
  const many = Array.from({ length: 50 }, () => text);
  const known = { ...context, recent_goals: many, preferences: many, dislikes: many };
  const messages = renderMessages(proposePrompt, proposeRequest({ text, context: known, history: many }));
  const tokens = messages.reduce((sum, { content }) => sum + countTokens(content) + 4, 0);
  expect(tokens).toBeLessThanOrEqual(1_500);
  expect(tokens).toBeGreaterThan(500);
});
