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

test.each([
  ['too long', { concise: 0.05, step_by_step: -0.02 }, 'asked for less text'],
  ['more detail', { concise: -0.05, step_by_step: 0.02 }, 'asked for more detail'],
  ['more steps', { step_by_step: 0.05 }, 'asked for steps'],
  ['fewer steps', { step_by_step: -0.05 }, 'asked for fewer steps'],
  ['more code', { code_first: 0.05 }, 'asked for code'],
  ['less code', { code_first: -0.05 }, 'asked for less code'],
  ['more formal', { formal: 0.05 }, 'asked for a formal tone'],
  ['more casual', { formal: -0.05 }, 'asked for a casual tone'],
])('"%s" is a wish of %o: %s', (comment, deltas, reason) => {
  expect(readFeedback(comment)).toEqual({ deltas, reason });
});

test.each([
  // A word of degree before a denial, and behind one.
  ['too little code', 'code_first', 1],
  ['so few steps', 'step_by_step', 1],
  ['no more code', 'code_first', -1],
  ['not no more code', null, 0],
  ["don't be too formal", 'formal', -1],
  ['not too formal', null, 0],
  ['so formal', null, 0],
  ['so long', 'concise', 1],
  ['not less code', null, 0],
  // "Enough" needs a denial.
  ['code enough', null, 0],
  ['not code enough', 'code_first', 1],
  // Lacks, and lacks that are denied.
  ['not detailed', 'concise', -1],
  ['not long', null, 0],
  ['missing code', 'code_first', 1],
  ['no missing code', null, 0],
  // Refusals.
  ['no need for code', 'code_first', -1],
  ['please no code', 'code_first', -1],
  ['no code here', 'code_first', -1],
  ['no code', null, 0],
  ['not that I hate code', null, 0],
  ["don't elaborate", 'concise', 1],
  ["don't code", null, 0],
  // Wishes as they stand, blame as it stands.
  ['shorter', 'concise', 1],
  ['never shorter', 'concise', -1],
  ['verbose', 'concise', 1],
  ['hardly verbose', null, 0],
  ['code please', 'code_first', 1],
  ['code next time', 'code_first', 1],
  ['code would help', 'code_first', 1],
  ['code was there', null, 0],
  ['with code', 'code_first', 1],
  ['I saw code', null, 0],
  ['code examples', 'code_first', 1],
  ['explain', 'concise', -1],
  ['well, explain', 'concise', -1],
  ['one explanation', null, 0],
  ['text here', null, 0],
  // The first clause that asks for something counts, and its first trait.
  ['fine, but more code', 'code_first', 1],
  ['more code. less detail', 'code_first', 1],
  ['more detail and less code', 'concise', -1],
  [`${'x '.repeat(500)}more code`, null, 0],
  [`${'x '.repeat(495)}more code`, 'code_first', 1],
  ['don’t be too formal', 'formal', -1],
] as const)('"%s" moves %s by the sign %d', (comment, facet, sign) => {
  const deltas = readFeedback(comment)?.deltas ?? {};
  expect(facet === null ? Object.keys(deltas).length : Math.sign(deltas[facet] ?? 0)).toBe(sign);
});
