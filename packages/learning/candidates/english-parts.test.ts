import { expect, test } from 'vitest';
import { findParts } from './english/find-parts.ts';
import { toIndirectQuestion, withSubjectFirst } from './english/indirect-question.ts';
import { toPast, toThirdPerson } from './english/inflect.ts';
import { isCommand } from './english/is-command.ts';
import { readStatement } from './english/read-statement.ts';
import { readDoing, readTask, readWish, toBase } from './english/read-task.ts';
import { isNounPhrase } from './english/read-thing.ts';
import { shiftFirstPerson, shiftPerson } from './english/shift-person.ts';
import { tagWords } from './english/tag-words.ts';

test('no words are no question, statement, thing, task or wish', () => {
  expect(toIndirectQuestion([])).toBeNull();
  expect(withSubjectFirst([])).toBeNull();
  expect(readStatement([], '')).toBeNull();
  expect(isNounPhrase([])).toBe(false);
  expect(readDoing([])).toBeNull();
  expect(readTask('', 'user')).toBeNull();
  expect(readWish('', 'i want ')).toBeNull();
  expect(shiftPerson([])).toBe('');
  expect(findParts('')).toEqual([]);
});

test.each([
  ['what', null],
  ['what is', null],
  ['why not', null],
  ['is it', 'whether it is'],
  ['if it rains', null],
  ['where to go in rome', 'where to go in rome'],
  ['what i need to buy is milk', 'what you need to buy is milk'],
  ['which one is that', 'which one that is'],
  ['what is 9 times 9', 'what 9 times 9 is'],
  ['what city is oslo in', 'what city oslo is in'],
  ['what is the heating at', 'the heating at'],
  ['where is it set to', 'where it is set to'],
  ['is the bus late and full', 'whether the bus is late and full'],
  ['how is it there', 'how it is there'],
  ['which of my bags is lost', 'which of your bags is lost'],
])('"%s" becomes "%s"', (text, clause) => {
  expect(toIndirectQuestion(tagWords(text))?.clause ?? null).toBe(clause);
});

test('eighteen words are a question, and nineteen are too many', () => {
  const asked = (count: number) => tagWords(`will it rain ${'really '.repeat(count - 3).trim()}`);
  const known = (count: number) => tagWords(`if it rains ${'really '.repeat(count - 3).trim()}`);
  expect(toIndirectQuestion(asked(18))?.kind).toBe('yes or no');
  expect(toIndirectQuestion(asked(19))).toBeNull();
  expect(withSubjectFirst(known(18))?.kind).toBe('yes or no');
  expect(withSubjectFirst(known(19))).toBeNull();
});

test.each([
  ['what is your name', 'about assistant'],
  ['what is 3 plus 4', 'sum'],
  ['what is 3 percent of it', 'sum'],
  ['what is the meaning of the word cat', 'meaning'],
  ['why is it late', 'reason'],
  ['where is it', 'place'],
  ['what street is it in', 'place'],
  ['who is it', 'person'],
  ['when is it', 'time'],
  ['when was it', 'time passed'],
  ['what time did it start', 'time passed'],
  ['what day is it', 'reading'],
  ['how far is it', 'figure'],
  ['how is it', 'manner'],
  ['what is the best tea', 'choice'],
  ['what should i buy', 'choice'],
  ['what is a good morning', 'fact'],
  ['what is my balance', 'own fact'],
  ['what is tea', 'fact'],
  ['can i go', 'permission'],
  ['is it allowed', 'permission'],
  ['is it late', 'yes or no'],
  ['will you call', 'yes or no'],
  ['do you call my mum', 'yes or no'],
  ['do you call', 'about assistant'],
])('"%s" asks for: %s', (text, kind) => {
  expect(toIndirectQuestion(tagWords(text))?.kind).toBe(kind);
});

test.each([
  ['when it rained', 'time passed'],
  ['when it rains', 'time'],
  ['when it rains if it was cold', 'time'],
  ['whether it rains', 'yes or no'],
  ['who called', 'person'],
])('told "%s", one knows: %s', (text, kind) => {
  expect(withSubjectFirst(tagWords(text))?.kind).toBe(kind);
});

test.each(['if red', 'which red', 'milk is red', 'which'])('"%s" is nothing to know', (text) => {
  expect(withSubjectFirst(tagWords(text))).toBeNull();
});

test.each([
  ['be', 'was', 'is'],
  ['have', 'had', 'has'],
  ['love', 'loved', 'loves'],
  ['cry', 'cried', 'cries'],
  ['play', 'played', 'plays'],
  ['stop', 'stopped', 'stops'],
  ['open', 'opened', 'opens'],
  ['miss', 'missed', 'misses'],
  ['go', 'went', 'goes'],
  ['fix', 'fixed', 'fixes'],
  ['watch', 'watched', 'watches'],
  ['wish', 'wished', 'wishes'],
  ['constructor', 'constructored', 'constructors'],
])('"%s" was "%s" and is "%s"', (verb, past, third) => {
  expect([toPast(verb), toThirdPerson(verb)]).toEqual([past, third]);
});

test.each([
  ['writing', 'write'],
  ['booking', 'book'],
  ['stopping', 'stop'],
  ['xyzing', null],
])('the verb of "%s" is %s', (doing, base) => {
  expect(toBase(doing)).toBe(base);
});

test.each([
  ['you are my friend', 'I am your friend'],
  ['i was there and you were not', 'you were there and I was not'],
  ['are you there', 'am I there'],
  ['it was for you', 'it was for me'],
  ['i will call you', 'you will call me'],
  ['i saw you', 'you saw me'],
  ['think you can', 'think I can'],
  ['the us army', 'the us army'],
  ['give it to us, please', 'give it to you, please'],
  ['mine and yours', 'yours and mine'],
  ['“my” car', '“your” car'],
  ['constructor', 'constructor'],
])('said to the user, "%s" is "%s"', (text, shifted) => {
  expect(shiftPerson(tagWords(text))).toBe(shifted);
});

test('"you" is anyone, unless the user is named as well', () => {
  expect(shiftFirstPerson(tagWords('go when you are ready'))).toBe('go when you are ready');
  expect(shiftFirstPerson(tagWords('go when my car is ready'))).toBe('go when your car is ready');
  expect(shiftFirstPerson(tagWords('go when i see you'))).toBe('go when you see me');
});

test.each([
  ['Book a table. Thanks.', ['Book a table', 'Thanks']],
  ['i am at the airport, can you book a taxi', ['book a taxi']],
  ['in rome, what is the best museum', ['what is the best museum in rome']],
  ['hey siri, what is it', ['what is it']],
])('the parts of "%s" are %j', (text, parts) => {
  expect(findParts(text).map((part) => part.replace(/^can you /u, ''))).toEqual(
    parts.map((part) => part.replace(/^can you /u, '')),
  );
});

test('a command begins with a verb, whatever the tagger says, and not with what happened', () => {
  const command = (text: string) => {
    const [first, second] = tagWords(text);
    return first !== undefined && second !== undefined && isCommand(first, second);
  };
  expect(['book a table', 'scrape a website', 'play jazz', 'search for tea'].map(command)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(
    ['got a table', 'booked a table', 'booking a table', 'tables for two', 'play is fun'].map(command),
  ).toEqual([...[false, false, false, false, false]]);
});
