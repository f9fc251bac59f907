import { expect, test } from 'vitest';
import { extractPreferences } from './extract.ts';

const typed = (text: string) => extractPreferences('', text).map(({ content }) => content);

test.each([
  ['I love hiking in the mountains', ['Prefers: hiking in the mountains']],
  ["I can't stand crowded beaches", ['Avoids: crowded beaches']],
  ['I prefer not to eat mushrooms', ['Avoids: mushrooms']],
  ['I avoid motorways because they stress me', ['Avoids: motorways']],
  ["I'm not a big fan of musicals, but I love operas", ['Avoids: musicals', 'Prefers: operas']],
  ['I have a severe shellfish allergy', ['Avoids: shellfish']],
  ['I have no interest in golf', ['Avoids: golf']],
  ['I find open-plan offices exhausting', ['Avoids: open-plan offices']],
  ['I only drink decaf coffee', ['Prefers: decaf coffee']],
  ['My favourite season is autumn', ['Prefers: autumn']],
  ['My least favourite subject is chemistry', ['Avoids: chemistry']],
  ['I strongly dislike casinos and nightclubs', ['Avoids: casinos', 'Avoids: nightclubs']],
  ['I prefer trains to planes', ['Prefers: trains']],
  ['I prefer paper books rather than e-readers', ['Prefers: paper books', 'Avoids: e-readers']],
  ['As a vegetarian, I never eat meat', ['Avoids: meat']],
  ['I love Kotlin but I hate Gradle', ['Prefers: Kotlin', 'Avoids: Gradle']],
  ['build it with Kotlin, never with Java', ['Prefers: Kotlin', 'Avoids: Java']],
  ["don't use Terraform for this, use Ansible", ['Prefers: Ansible', 'Avoids: Terraform']],
  ['Ich esse kein Fleisch', ['Avoids: Fleisch']],
  ['Ich mag laute Restaurants nicht', ['Avoids: laute Restaurants']],
  ["Je n'aime pas les films d'horreur", ["Avoids: films d'horreur"]],
  ["J'adore les randonnées", ['Prefers: randonnées']],
  ['No me gusta el café', ['Avoids: café']],
  ['Non mi piacciono i funghi', ['Avoids: funghi']],
  ['Ik hou niet van drukke stranden', ['Avoids: drukke stranden']],
  ['Não gosto de comida picante', ['Avoids: comida picante']],
])('"%s" tells %j', (text, contents) => {
  expect(typed(text).sort()).toEqual(contents.sort());
});

test.each([
  // A polite request.
  ["I'd like to cancel my subscription"],
  ['I would love a second opinion on this'],
  ['we would like two tickets for Friday'],
  ['Ich möchte eine Rechnung'],
  ['Je voudrais un remboursement'],
  // A question to the other.
  ['do you prefer working with Angular?'],
  ['what do you like about jazz?'],
  ['are you tired of Kubernetes?'],
  ['should I avoid sugar?'],
  ['do I like horror films?'],
  // Of one occasion.
  ['I love it'],
  ['I like this one more'],
  ['I liked the second answer'],
  ['I hate to bother you again'],
  ['I love how you explained the proof'],
  // Quoted, translated, made up.
  ['translate into German: I hate mornings'],
  ['How do you say "I love cheese" in Italian?'],
  ['Summarize this review. I hate the battery. I love the screen size.'],
  ['Write a song about a sailor. I love rum'],
  ['The note said: I prefer cash'],
  ['The sign “we never use Docker” hangs here'],
  ['fix the grammar of this sentence: we dislikes Docker'],
  // Another person.
  ['my wife hates seafood'],
  ['he prefers Python'],
  ['My manager does not like working with Java'],
  ['Bob: I love pizza'],
  ['if I like the room, I will book again'],
  // A log.
  ['Error: cannot find module in Webpack with TypeScript'],
  ['connection refused in Redis client'],
  ['2026-01-01 12:00:01 WARN retrying with Kafka'],
  ['TypeError: x is undefined\n    at run (/app/index.js:3) with Express'],
  ['my app does not start with Docker'],
  ["I can't connect to PostgreSQL"],
  // A place.
  ['find flights to Java in May'],
  ['hotels in Phoenix for a holiday'],
])('"%s" tells nothing lasting of its author', (text) => {
  expect(typed(text)).toEqual([]);
});

test.each([
  'Shall I translate “we never use Docker” for you?',
  'I recommend Django for this, shall I go on?',
  "I'm happy to help with Kubernetes",
  'Do you want Redis or Memcached?',
])('the words of the assistant in "%s" are not those of the user who selected it', (candidate) => {
  expect(extractPreferences(candidate, '')).toEqual([]);
});

test.each([
  ['I prefer window seats', 'I prefer aisle seats', true],
  ['I prefer short answers', 'I prefer detailed answers', true],
  ['I prefer tea to coffee', 'I prefer coffee to tea', true],
  ['I prefer spaces', 'I prefer tabs', true],
  ['I prefer window seats', 'I prefer window blinds', false],
  ['I prefer small hotels', 'I prefer big breakfasts', false],
  ['I love jazz', 'I love opera', false],
])('"%s" and then "%s" exclude each other: %s', (older, newer, exclusive) => {
  const [one, other] = [extractPreferences('', older)[0], extractPreferences('', newer)[0]];
  expect(one).toBeDefined();
  expect(one?.slot !== null && one?.slot === other?.slot).toBe(exclusive);
});
