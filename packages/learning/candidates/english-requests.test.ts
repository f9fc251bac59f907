import { expect, test } from 'vitest';
import { generateCandidates } from './propose.ts';

const firstQuestion = (text: string) => generateCandidates({ text, goals: [], preferences: [] })[0]?.question;

test.each([
  // a question becomes an indirect one, seen from the assistant
  ['what is my account balance', 'Do you want to know your account balance, in one short answer?'],
  ['when does the museum open?', 'Do you want to know when the museum opens, as exactly as possible?'],
  ['where did you learn that', 'Do you want to know where I learned that, in all seriousness?'],
  [
    'is the water in the lake cold',
    'Do you want to know whether the water in the lake is cold, with a plain yes or no?',
  ],
  ['do i need a coat', 'Do you want to know whether you need a coat, with a plain yes or no?'],
  ['why was my train late', 'Do you want to know the most likely reason why your train was late?'],
  ['which bus is leaving first', 'Do you want to know which bus is leaving first, in one short answer?'],
  ['what is the sea like in june', 'Do you want to know what the sea is like in june, in one short answer?'],
  ['what timezone is oslo in', 'Do you want to know what timezone oslo is in, in one short answer?'],
  ['how much is a stamp', 'Do you want to know how much a stamp is, as exactly as possible?'],
  ['what is 12 times 7', 'Do you want to know what 12 times 7 is, in one short answer?'],
  ['tell me how cold it will be', 'Do you want to know how cold it will be, as exactly as possible?'],
  [
    'what should i bring to a picnic',
    'Do you want to know what to bring to a picnic, with one clear recommendation?',
  ],
  // how to
  ['how do i prune roses', 'Do you want to see step by step how to prune roses?'],
  ['Upgrading a kitchen sink', 'Do you want to see step by step how to upgrade a kitchen sink?'],
  // tasks
  ['wake me at six', 'Do you want me to wake you at six, only this once?'],
  ['could you please call my mother', 'Do you want me to call your mother, right away?'],
  ['i want to book a boat', 'Do you want to book a boat, with a confirmation afterwards?'],
  ['I need help writing a cover letter', 'Do you want to write a cover letter, short and to the point?'],
  ['bake sourdough bread', 'Do you want to bake sourdough bread, as simply as possible?'],
  ['scrape a website', 'Do you want me to scrape a website, right away?'],
  ['show me my photos', 'Do you want to see your photos, right away?'],
  [
    'i am out of milk, can you order some',
    'Do you want to get a short and direct answer to “i am out of milk, can you order some”?',
  ],
  [
    'You are given a poem. Translate it into Greek.',
    'Do you want me to translate it into Greek, as close to the words as possible?',
  ],
  ['The letter should be shortened', 'Do you want the letter to be shortened, right away?'],
  // things, reports and small talk
  ['obama family tree', 'Do you want to know the most important facts about “obama family tree”?'],
  ['a 20 minute timer', 'Do you want a 20 minute timer, only this once?'],
  ['tell me about the moon', 'Do you want to get a short overview of the moon?'],
  ['my bike was stolen', 'Do you want to know what to do first, given that your bike was stolen?'],
  [
    'you are talking too fast',
    'Do you want to say what should be different, given that I am talking too fast?',
  ],
  ['thanks a lot', 'Do you want to go on with something else now?'],
])('"%s" is taken as: %s', (text, question) => {
  expect(firstQuestion(text)).toBe(question);
});

test.each(['my sister likes which cake', 'the the of', 'if only'])(
  '"%s" is only quoted, as its words cannot be moved for sure',
  (text) => {
    expect(firstQuestion(text)).toContain(`“${text}”`);
  },
);
