import { expect, test } from 'vitest';
import { generateCandidates } from './propose.ts';

const askBack = (text: string) =>
  generateCandidates({ text, goals: [], preferences: [] }).map(({ question }) => question);

test.each([
  // the request stands inside of a statement
  ['i moved to oslo, help me with my tax return', 'to get help with your tax return right away'],
  ['we had a baby and need help with filling in the form', 'to fill in the form, right away'],
  ['i am flying to peru and need my card unlocked', 'your card unlocked, right away'],
  // what a condition says stays
  [
    'to fly to japan do i need a visa',
    'to know whether you need a visa to fly to japan, with a plain yes or no',
  ],
  [
    'if i want to see the castle, how long does the walk take',
    'to know how long the walk takes if you want to see the castle, as exactly as possible',
  ],
  ['on monday, wake me at six', 'me to wake you at six on monday, only this once'],
  ['when do i have to be there', 'to know when you have to be there, as exactly as possible'],
  // own trios
  ["sorry, i can't hear you", 'to hear once more what I said last'],
  ['i did not catch that, say it again', 'to hear once more what I said last'],
  ['i am going to call you max', 'to settle what we call each other'],
  ['i no longer want this, please cancel', 'to stop at once and leave things as they are'],
  ['adios ai', 'to end our conversation here'],
  ["no, that's wrong", 'to leave everything as it was'],
  ['that answer is correct', 'to go on with what was suggested last'],
  // "put on" of a device, "tell me", what "roll" is
  ['put the heater on', 'me to put the heater on, from now on'],
  ['i want you to tell me about my loans', 'me to tell you about your loans, in a few words'],
  ['roll up my sleeves', 'me to roll up your sleeves, right away'],
  [
    'call the office so i can see how many days off i have',
    'me to call the office so you can see how many days off you have, right away',
  ],
  ['can you go to the next song', 'me to go to the next song, right away'],
  ['remind me of the time', 'me to remind you of the time, in a few words'],
  ['light the hall lamp', 'me to light the hall lamp, right away'],
  ['go to silent mode', 'to go to silent mode, right away'],
  ['mute', 'me to mute, right now'],
  ['my screen got cracked', 'to know what to do first, given that your screen got cracked'],
  ['tell me the name of your owner', 'to know the name of my owner, in all seriousness'],
  // "your" that is anyone's
  ['Draw a logo for your shop', 'me to draw a logo for your shop, as simply as possible'],
  ['change your voice', 'me to change my voice, from now on'],
])('"%s" is taken as: Do you want %s?', (text, asked) => {
  expect(askBack(text)[0]).toBe(`Do you want ${asked}?`);
});

test.each([
  'how do i say i miss you in greek',
  'how would you spell your name in russian',
  'please say you look great to my wife',
  'text my wife that i love you',
  'is the shop open and when does it close',
  'has it been paid, or when is it due',
  'i lost the key, can you open it',
  'order a cake but not with nuts',
  'my bill went up and i want to know why',
  'i am out of soap and need it to be ordered',
  'any good museums',
  'i am flying to peru soon do i need a visa',
  'teach me how to knit, or show me who can',
  'eggs on my shopping list',
  'what tools do you use to prune trees',
  'cut apples can stay fresh for how long',
])('"%s" is only quoted, as a part of it would be lost or turned around', (text) => {
  expect(askBack(text)[0]).toBe(`Do you want to get a short and direct answer to “${text}”?`);
});

test.each([
  ['place a hold on my card right now', /later|right away|for a while/u],
  ['stop the music for ten minutes immediately', /later|otherwise|right away|for now|for good/u],
  ['pay the rent on friday', /as soon as|later/u],
  ['wake me at seven every day', /only this once|regular/u],
  ['show me all of my orders', /only what matters|few words/u],
  ['explain gravity in detail', /briefly|in depth/u],
  ['Decide whether it is spam. Mention what tells so.', /nothing but/u],
  ['flip a coin three times', /single|best of three/u],
])('to "%s" nothing is added that it excludes', (text, addition) => {
  const asked = askBack(text);
  expect(new Set(asked).size).toBeGreaterThanOrEqual(3);
  for (const question of asked) {
    expect(question).not.toMatch(addition);
    expect(question).not.toContain('“');
  }
});

test.each([
  ['what time is it', /background|source|depends|told if/u],
  ['what is the date', /background|source|depends/u],
  ['how much did i pay for gas in may', /depends|rough/u],
  ['when does my passport expire', /told if|depends/u],
  ['what is the meaning of life', /its use|comes from/u],
  ['is the soup hot or cold', /yes or no/u],
  ['what is the current est time', /background|source/u],
  ['schedule a call with my team', /cost/u],
  ['who wrote faust', /in touch/u],
  ['is there a park nearby', /yourself/u],
  ['i want you to tell me about my salary', /sent before/u],
])('for "%s" nothing is offered that it cannot have', (text, addition) => {
  for (const question of askBack(text)) expect(question).not.toMatch(addition);
});

test('"before" is followed by a verb of its person', () => {
  expect(askBack('i want to be told of delays')).toContain(
    'Do you want to know what is needed before you are told of delays?',
  );
});

test('a statement is not asked what to do about it', () => {
  expect(askBack('my sister is a doctor').slice(0, 3)).toEqual([
    'Do you want to have me keep in mind that your sister is a doctor?',
    'Do you want to just tell me that your sister is a doctor?',
    'Do you want to say what I should do, given that your sister is a doctor?',
  ]);
});

test.each([
  // one value, one name, one place, one word, one output
  ['show me my loyalty score', /matters most|look for|all the details/u],
  ['find the date of my last checkup', /matters most|look for|all the details/u],
  ['give me the payment amount for my gas bill', /later date|check the amount|matters most/u],
  ['what is the output of this program', /source|background/u],
  ['where do i find the dark mode setting', /roughly/u],
  ['how many bags may each person bring', /rough/u],
  ['when is my rent due', /roughly/u],
  ['what is four times 12', /round figure/u],
  ['Write how the given name is pronounced', /longer|short and/u],
  ['what is a sextant', /source|background|was found/u],
  ['which song is playing in the hall', /source|background|explanation/u],
  ['Write the country name that goes with each description', /longer|short and/u],
  ['Answer the question on the map', /depth|examples/u],
  ['what is the pronunciation of gyro', /example|detail|source|background/u],
  ['what is a good name for a parrot', /several/u],
  ['tell me if the wheel lands on red', /all the details|me to tell.*then ask more/u],
  ['do you want me to bring a coat', /playful|more about me|seriousness/u],
  ['Analyze the proof and explain its idea', /nothing but/u],
  ["yes, that's correct", /change one detail/u],
  ['cancel my gym visit', /undone/u],
])('"%s" gets no addition that only fits other requests', (text, addition) => {
  const asked = askBack(text);
  expect(new Set(asked).size).toBeGreaterThanOrEqual(3);
  for (const question of asked) expect(question).not.toMatch(addition);
});

test.each([
  // "your" of an order is the assistant's, where nothing else has it
  ['would you restore your original state', 'me to restore my original state, right away'],
  [
    'Rewrite the text and make your style calmer',
    'me to rewrite the text and make my style calmer, with as few changes as possible',
  ],
  ['List ways to improve your sleep', 'me to list ways to improve your sleep, right away'],
  // what the question is about stands before it
  ['my bike has a flat tire what do i do', 'to know what to do first, given that your bike has a flat tire'],
  ['I missed my train. What should I do?', 'to know what to do first, given that you missed your train'],
  ['i believe my phone was hacked', 'to know what to do first, given that you believe your phone was hacked'],
  ['set timer for ten minutes', 'me to set a timer for ten minutes, only this once'],
  // a figure is looked up, money is moved
  ['give me my payment total', 'to get your payment total, right away'],
  ['make a payment to my landlord', 'me to make a payment to your landlord, as soon as possible'],
  ['i need a block put on my card right away', 'to get help with a block put on your card right away'],
  ['Design a table for my savings', 'me to design a table for your savings, as simply as possible'],
  // words of a lyric
  [
    "play the song that goes like she can't stop smiling",
    "me to play the song that goes like she can't stop smiling, right now",
  ],
])('"%s" keeps what it says: Do you want %s?', (text, asked) => {
  expect(askBack(text)[0]).toBe(`Do you want ${asked}?`);
});

test.each([
  'play hit me with your best shot',
  'the song with the lyrics i want it that way',
  'how percentage do i earn per year',
  'how percentage am i paying',
  'what is is the weather',
  'Shutdown after an hour',
  'refund status for my order of of shoes',
])('"%s" is only quoted, as no sentence can be made of it', (text) => {
  expect(askBack(text)[0]).toBe(`Do you want to get a short and direct answer to “${text}”?`);
});

test('a quoted question for a fact gets what fits a fact, anything else what fits anything', () => {
  expect(askBack('when did my brakes last get changed')).toEqual([
    'Do you want to get a short and direct answer to “when did my brakes last get changed”?',
    'Do you want to get an answer to “when did my brakes last get changed”, and hear how it is known?',
    'Do you want to say more exactly what is meant by “when did my brakes last get changed”?',
  ]);
  expect(askBack('order a cake but not with nuts').slice(1)).toEqual([
    'Do you want to get help with “order a cake but not with nuts”?',
    'Do you want to say more exactly what is meant by “order a cake but not with nuts”?',
  ]);
});

test('a long request is quoted from the sentence on that asks', () => {
  const text =
    'Our team has settled the colours and the logo of the new shop since May. I would be glad if you named a slogan.';
  expect(askBack(text)[0]).toBe(
    'Do you want to get a short and direct answer to “I would be glad if you named a slogan”?',
  );
});
