import { expect, test } from 'vitest';
import { readFeedback } from './feedback-phrases.ts';

test.each([
  ['way too short, I am lost', 'concise', -1],
  ['too long', 'concise', 1],
  ['far too much text for me', 'concise', 1],
  ['more detail please', 'concise', -1],
  ['not detailed enough', 'concise', -1],
  ['not enough detail', 'concise', -1],
  ['please, no more explanations next time', 'concise', 1],
  ["don't be so wordy", 'concise', 1],
  ["don't explain everything", 'concise', 1],
  ['could be shorter', 'concise', 1],
  ['a longer answer, please', 'concise', -1],
  ['stop rambling', 'concise', 1],
  ['get to the point', 'concise', 1],
  ['show me the code', 'code_first', 1],
  ['there was no code in the answer', 'code_first', 1],
  ['not enough code', 'code_first', 1],
  ['less code please', 'code_first', -1],
  ["I don't want snippets", 'code_first', -1],
  ['no code please', 'code_first', -1],
  ['too many snippets', 'code_first', -1],
  ['an answer without code would do', 'code_first', -1],
  ['walk me through it', 'step_by_step', 1],
  ['you skipped a step', 'step_by_step', 1],
  ['fewer steps would do', 'step_by_step', -1],
  ['no steps next time', 'step_by_step', -1],
  ['I do not need step-by-step guides', 'step_by_step', -1],
  ['too stiff', 'formal', -1],
  ["please don't be so formal", 'formal', -1],
  ['not formal enough', 'formal', 1],
  ['too chatty', 'formal', 1],
  ['a bit more casual', 'formal', -1],
] as const)('"%s" moves %s by the sign %d', (comment, facet, sign) => {
  expect(Math.sign(readFeedback(comment)?.deltas[facet] ?? 0)).toBe(sign);
});

test.each([
  'not too long, well done',
  'never too formal, I like that',
  'it is not that long',
  "please don't be shorter",
  'no need to be more formal',
  "I don't want more code or less code",
  'no code',
  'so detailed, thank you',
  'the code works now',
  'thanks!',
  '',
])('"%s" asks for no change', (comment) => {
  expect(readFeedback(comment)).toBeNull();
});
