import { expect, test } from 'vitest';
import { cutThoughts, findJson } from './json-in-text.ts';

test.each([
  ['<think>\nmaybe {"a":1}\n</think>\n{"b":2}', '\n{"b":2}', true],
  ['The user wants something.\n</think>\n{"b":2}', '\n{"b":2}', true],
  ['<thinking>a</thinking><thinking>b</thinking> c', ' c', true],
  ['[THINK]hm[/THINK]{"b":2}', '{"b":2}', true],
  ['<|channel|>analysis<|message|>hm<|end|><|channel|>final<|message|>{"b":2}', '{"b":2}', true],
  ['<think>\nno end', '', true],
  ['plain', 'plain', false],
  ['{"q":"what does </think> mean?"}', '{"q":"what does </think> mean?"}', false],
])('of %j the answer is %j', (text, answer, thought) => {
  expect(cutThoughts(text)).toEqual({ answer, thought });
});

test.each([
  ['{"a":[1]}', [{ a: [1] }]],
  ['  ["a?","b?"]\n', [['a?', 'b?']]],
  ['```json\n{"a":1}\n```', [{ a: 1 }]],
  ['Sure! Here it is:\n{"a":"}"}\nAnything else?', [{ a: '}' }]],
  ['"{\\"a\\":1}"', [{ a: 1 }]],
  ['{"a":1}{"a":2}', [{ a: 1 }, { a: 2 }]],
  ["{'a': 'b',}", [{ a: 'b' }]],
  ['{"a": "b" // why\n}', [{ a: 'b' }]],
  ['see [below: {"a":1}', [expect.anything(), { a: 1 }]],
  ['{"a":"say \\"hi\\" {"}', [{ a: 'say "hi" {' }]],
  ['no JSON at all', []],
  ['', []],
  ['null', []],
])('in %j there is %j', (text, expected) => {
  expect(findJson(text)).toEqual(expected);
});

test.each([
  ['{"q":["one?","two?","thr', { q: ['one?', 'two?'] }],
  ['{"q":["one?","two?"', { q: ['one?', 'two?'] }],
  ['{"q":[{"question":"one?","confidence":0.', { q: [{ question: 'one?', confidence: 0 }] }],
])('of %j, which is cut off, what is whole is kept: %j', (text, expected) => {
  expect(findJson(text)[0]).toEqual(expected);
});

test('a text of brackets takes no time', () => {
  const started = performance.now();
  findJson('{['.repeat(20_000));
  expect(performance.now() - started).toBeLessThan(2_000);
});
