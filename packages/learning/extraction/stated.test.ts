import { expect, test } from 'vitest';
import { cutOpinions, keepOwnWords } from './own-words.ts';
import { findConfirmedThings, findStatedThings } from './stated.ts';
import { findStatements } from './statements.ts';
import { findTools, offersAlternatives } from './tools.ts';

const say = (things: readonly { polarity: string; text: string }[]) =>
  things.map(({ polarity, text }) => `${polarity} ${text}`);

test.each([
  ['I love tea', ['like tea']],
  ['My wife loves rum. I love tea', ['like tea']],
  ['My wife and I are here. She hates it.\nI love tea', ['like tea']],
  ['Ich mag Tee', ['like Tee']],
  ['Utálom a teát', []],
  ['Хочу чай', []],
])('"%s" states %j', (text, things) => {
  expect(say(findStatedThings(text))).toEqual(things);
});

test.each([
  ['Do you prefer tea?', ['like tea']],
  ['Do you really like tea?', ['like tea']],
  ['Do you hate tea?', ['dislike tea']],
  ['Do you like to avoid tea?', ['dislike tea']],
  ['Would you prefer tea?', ['like tea']],
  ['Would you prefer to avoid tea?', ['dislike tea']],
  // An offer, a denial, a question between two, and what asks for no liking.
  ['Would you like tea?', []],
  ['Would you hate tea?', []],
  ['Do you prefer not to drink tea?', []],
  ['Do you not like tea?', []],
  ["Don't you like tea?", []],
  ['Do you prefer tea or rum?', []],
  ['Do you like to swim?', []],
  ['I love tea', []],
  ['Magst du Tee?', []],
])('yes to "%s" confirms %j', (question, things) => {
  expect(say(findConfirmedThings(question))).toEqual(things);
});

test.each([
  ['de', 'Ich mag Tee', ['like Tee']],
  ['de', 'Ich mag keinen Tee', ['dislike Tee']],
  ['de', 'Ich hasse Tee nicht', ['dislike Tee']],
  ['de', 'Ich trinke Tee', []],
  ['de', 'Ich trinke keinen Tee', ['dislike Tee']],
  ['de', 'Ich mag Tee. Ich hasse Kaffee', ['like Tee', 'dislike Kaffee']],
  ['de', ' Ich mag Tee, ich hasse Kaffee', ['like Tee', 'dislike Kaffee']],
  ['de', 'Ich mag Tee, weil er warm ist', ['like Tee']],
  ['de', 'Ich mag Tee ? ', []],
  ['de', 'Ich mag keinen Tee nicht', []],
  ['de', 'Ich mag', []],
  ['de', 'Magst du Tee?', []],
  ['fr', 'Je n’aime pas le thé', ['dislike thé']],
  ['fr', 'Je ne déteste pas le thé', []],
  ['it', 'Non odio il tè', []],
  ['en', 'I love tea', []],
] as const)('in %s "%s" says %j', (language, text, said) => {
  expect(findStatements(text, language).map(({ polarity, object }) => `${polarity} ${object}`)).toEqual(said);
});

test.each([
  ['I love `code` and ```x\ny``` more', 'I love  …  and  …  more'],
  ['I love tea\nERROR: bad\nBob: I hate tea\nNote: I like rum', 'I love tea\nNote: I like rum'],
  ['He said “I love tea” to me', 'He said  …  to me'],
  // The name of a work of at most four words stays, without its marks.
  ['I love “The Old Man and”', 'I love The Old Man and'],
  ['I like ‘ Dune ’', 'I like Dune'],
  ['I like “The Old Man and Me”', 'I like  … '],
  ['I like “old men”', 'I like  … '],
  ['I like “No Logo”', 'I like  … '],
  ['I love tea. Translate this: I hate rum', 'I love tea. '],
  ['I love rum. Write a poem about tea', 'I love rum. '],
  ['Write a poem. Translate it', ''],
])('of %j its author says %j', (text, own) => {
  expect(keepOwnWords(text)).toBe(own);
});

test('of a long text the first 2,000 letters are read', () => {
  expect(keepOwnWords('x'.repeat(3000))).toHaveLength(2000);
});

test('a candidate loses its opinions, and keeps titles', () => {
  expect(cutOpinions('I love Django, shall I set up a blog?')).toBe(' … , shall I set up a blog?');
  expect(cutOpinions('Do you want “Dune”?')).toBe('Do you want Dune?');
});

test.each([
  ['build it with FastAPI and Docker deployment', ['like FastAPI', 'like Docker deployment']],
  ['FastAPI and Docker deployment with it', ['like FastAPI', 'like Docker']],
  ['build it with Docker testing, now', ['like Docker testing']],
  ['build it with Docker deployment today', ['like Docker']],
  ['build it without FastAPI and Docker deployment', ['dislike FastAPI', 'dislike Docker']],
  // Of two mentions the last counts.
  ['I use Docker. Never Docker', ['dislike Docker']],
  ['hotels in Java', []],
  ['hotel app in Java', ['like Java']],
  ['Хочу Docker', []],
])('"%s" speaks of %j', (text, tools) => {
  expect(say(findTools(text))).toEqual(tools);
});

test.each([
  ['Do you prefer Docker or Podman?', true],
  ['Do you prefer Docker or Podman? ', true],
  ['Do you prefer Docker or Podman', false],
  ['Do you prefer Docker and Podman?', false],
  ['Do you prefer Docker or tea?', false],
  ['without Docker or Podman?', false],
  ['Хочешь Docker или Podman?', false],
])('"%s" offers alternatives: %s', (text, offers) => {
  expect(offersAlternatives(text)).toBe(offers);
});
