import { expect, test } from 'vitest';
import { assertLearning, type Turn } from './assertions.ts';

const answer = (confidence: number, question = 'Do you want to build an API?') => ({
  interaction_id: 'i',
  hypotheses: [{ id: 'h1', question, rationale: '', confidence }],
  none_confidence: 1 - confidence,
});
const turn = (input_text: string, [user, stranger, userOfSame, strangerOfSame]: number[]): Turn => ({
  input_text,
  user: answer(user ?? 0),
  stranger: answer(stranger ?? 0),
  sameTexts: { user: answer(userOfSame ?? 0), stranger: answer(strangerOfSame ?? 0) },
});
const first = turn('build', [0.4, 0.4, 0.4, 0.4]);
const holds = (turns: Turn[]) => assertLearning(turns).map((proof) => proof.holds);

test('learning is visible where the user’s answers are surer than a stranger’s, of the same texts as well', () => {
  expect(holds([first, turn('deploy', [0.5, 0.4, 0.5, 0.4]), turn('build', [0.6, 0.4, 0.6, 0.4])])).toEqual([
    true,
    true,
    true,
    true,
  ]);
});

test('an answer that is surer only through its other texts shows no learning', () => {
  expect(holds([first, turn('deploy', [0.5, 0.4, 0.4, 0.4])])).toEqual([true, false]);
});

test('the same request must become surer, and users must be alike at first', () => {
  expect(holds([first, turn('build', [0.4, 0.3, 0.4, 0.3])])).toEqual([true, true, false]);
  expect(holds([{ ...first, stranger: answer(0.4, 'Other?') }])).toEqual([false]);
});
