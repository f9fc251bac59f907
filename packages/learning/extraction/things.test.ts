import { expect, test } from 'vitest';
import { findAttitudes } from './attitudes.ts';
import { findOpposition } from './opposites.ts';
import { toThings } from './things.ts';

const thingsOf = (object: string, comparative = false) => toThings({ object, polarity: 'like', comparative });
const texts = (object: string) => thingsOf(object).map(({ text }) => text);

test.each([
  ['tea to coffee', 'tea', 'coffee'],
  ['swimming to running', 'swimming', 'running'],
  ['Python to Java', 'Python', 'Java'],
  // A direction, and a verb, are no comparison.
  ['going to museums', 'museums', null],
  ['listening to music', 'music', null],
  ['listening to Java', 'Java', null],
  ['to swim to the island', 'swim to the island', null],
  ['to swim over walks', 'swim', 'walks'],
  ['tea over coffee', 'tea', 'coffee'],
])('after "prefer", "%s" is "%s" rather than %s', (object, text, rival) => {
  expect(thingsOf(object, true)).toEqual([{ polarity: 'like', text, rival }]);
});

test.each([
  ['paper books rather than e-readers', ['paper books'], ['e-readers']],
  ['tea and coffee instead of beer and wine', ['tea', 'coffee'], ['beer', 'wine']],
  ['tea instead of it', ['tea'], []],
])('"%s" is a liking of %j and a dislike of %j', (object, liked, disliked) => {
  const of = (polarity: string) =>
    thingsOf(object)
      .filter((thing) => thing.polarity === polarity)
      .map(({ text }) => text);
  expect([of('like'), of('dislike')]).toEqual([liked, disliked]);
  // What is not liked instead of something else says nothing of that.
  expect(toThings({ object, polarity: 'dislike', comparative: false }).map(({ text }) => text)).toEqual(
    liked,
  );
});

test.each([
  // Each thing of a list that has a meaning without its neighbour.
  ['bars and clubs', ['bars', 'clubs']],
  ['quiet places, long walks, and good books', ['quiet places', 'long walks', 'good books']],
  ['red wine and white wine', ['red wine', 'white wine']],
  ['flights and quick trains', ['flights', 'quick trains']],
  ['Docker and Podman images', ['Docker', 'Podman images']],
  ['tea,  and coffee.', ['tea', 'coffee']],
  ['cats and the dogs', ['cats']],
  // One meaning: the last noun, or the first adjective, belongs to both; a verb or a preposition in between.
  ['detective or crime shows', ['detective or crime shows']],
  ['cold tea and coffee', ['cold tea and coffee']],
  ['salt and warm milk', ['salt and warm milk']],
  ['fish in sauce and bread', ['fish in sauce and bread']],
  ['eating fish and working in teams', ['fish and working in teams']],
  ['walking and reading', ['walking and reading']],
  ['tea and it', ['tea and it']],
  // A technology without what stands around it, but not as a part of another name.
  ['Docker in production', ['Docker']],
  ['Docker images', ['Docker images']],
  ['my Docker', []],
  ['old Docker', ['old Docker']],
  // Without words that say nothing.
  ['the taste of coriander', ['coriander']],
  ['using any kind of plastic', ['plastic']],
  ['an apple!', ['apple']],
  ['to cook', ['cook']],
  // Nothing, nothing lasting, or nothing that can be told.
  ['', []],
  ['it', []],
  ['that movie', []],
  ['to say this', []],
  ['the blue one yesterday', []],
  ['tea yesterday', []],
  ['an it', []],
  ['walks or not', []],
  ['me and my wife', []],
])('"%s" is about %j', (object, things) => {
  expect(texts(object)).toEqual(things);
});

test('fourteen words are a thing, and fifteen are a story', () => {
  const words = (count: number) => Array.from({ length: count }, (_, i) => `w${i}`).join(' ');
  expect(texts(words(14))).toEqual([words(14)]);
  expect(texts(words(15))).toEqual([]);
});

const attitudes = (text: string) =>
  findAttitudes(text).map(
    ({ polarity, object, comparative }) => `${polarity}${comparative ? 's' : ''} ${object}`,
  );

test.each([
  // Each clause of a sentence whose subject is the author.
  ['I love tea and hate coffee', ['like tea', 'dislike coffee']],
  ['I like tea; I hate rum', ['like tea', 'dislike rum']],
  ['She likes tea and I hate coffee', ['dislike coffee']],
  ['I love tea but my wife hates it', ['like tea']],
  ['He says I love tea, and he hates coffee', []],
  ['They love rain and prefer snow', []],
  ['you like tea', []],
  ['prefer tea', ['likes tea']],
  ['love tea', []],
  // Denied, once and twice.
  ['I prefer not to eat nuts and love tea', ['dislike eat nuts', 'like tea']],
  ['I prefer avoiding nuts', ['dislike avoiding nuts']],
  ['I hate not having tea', []],
  ['I do not hate tea', []],
  ['I would rather not fly', ['dislike fly']],
  ['I never eat meat as a rule', ['dislike meat']],
  ['I cant stand rain', ['dislike rain']],
  // Habits only where they are called so.
  ['I always drink tea', ['like tea']],
  ['I drink tea', []],
  // Favourites, judgements, allergies, what is given up.
  ['My favourite colour is blue, since ever', ['like blue']],
  ['My least favourite colours are red and blue', ['dislike red and blue']],
  ['My favourite is', []],
  ['I find jazz boring', ['dislike jazz']],
  ['I find jazz relaxing', ['like jazz']],
  ['I find it boring', []],
  ['I have a nut allergy', ['dislike nut']],
  ['He has a nut allergy', []],
  ['They have a nut allergy', []],
  ['not tea any more, please', ['dislike tea']],
  // Without the reason.
  ['We love rain, because it is wet', ['like rain']],
  ['I love tea. Because of coffee I sleep badly', ['like tea']],
  ['I do not like tea, coffee', ['dislike tea, coffee']],
])('"%s" says: %j', (text, said) => {
  expect(attitudes(text)).toEqual(said);
});

test.each([
  ['dark mode', 'opposites: dark|light|bright|black|white mode'],
  ['very dark blue mode at night', 'opposites: dark|light|bright|black|white blue mode night'],
  ['very dark blue mode at night home', null],
  ['dark', 'opposites: dark|light|bright|black|white'],
  // The first of two axes.
  ['small dark houses', 'opposites: small|larg|big|tini|huge dark hous'],
  ['tea', null],
])('the opposites of "%s" are those of %s', (text, slot) => {
  expect(findOpposition(text)).toBe(slot);
});
