import { expect, test } from 'vitest';
import { findLanguage } from './language.ts';

test.each([
  ['Do you want to deploy without Docker?', 'en'],
  ['build api with django', 'en'],
  ['React and PostgreSQL', 'en'],
  ["I won't use Docker", 'en'],
  ['Möchten Sie Docker nicht verwenden?', 'de'],
  ['Voulez-vous déployer sans Docker ?', 'fr'],
  ["J'aime Docker", 'fr'],
  ['¿Quieres desplegar sin Docker?', 'es'],
  ['Vuoi usare Postgres senza Docker?', 'it'],
  ['Wil je Docker gebruiken?', 'nl'],
  ['Você quer implantar sem Docker?', 'pt'],
  ['Vill du driftsätta utan Docker?', null],
  ['Utálom a Docker', null],
  ['Do you want to deploy utan Docker?', null],
  ['Docker kullanmadan dağıtmak ister misin?', null],
  ['Хотите без Docker?', null],
  ['Dockerを使わずに', null],
])('"%s" is in %s', (text, language) => {
  expect(findLanguage(text)).toBe(language);
});

const words = (known: string, count: number) => Array.from({ length: count }, () => known).join(' ');

test.each([
  // Four of five letters are Latin: 80 % are enough, less is not.
  { what: '80 % Latin letters', text: 'tea good день', language: null },
  { what: 'mostly Latin letters', text: 'build a very good thing и', language: 'en' },
  // Function words are one of eight, and one of nine, where none of the others is English.
  { what: 'German function words, 1 of 8 and twice', text: `und der ${words('qxzz', 14)}`, language: 'de' },
  { what: 'German function words, 2 of 17', text: `und der ${words('qxzz', 15)}`, language: null },
  // A lone function word needs half of the words that are longer than a letter.
  { what: 'one of two', text: 'und qxzz', language: 'de' },
  { what: 'one of three', text: 'und qxzz qxzy', language: null },
  { what: 'one of two and a letter', text: 'und qxzz x', language: 'de' },
  // English function words, but not 60 % English words.
  { what: '3 of 5 English words', text: 'the tea of qxzz qxzy', language: 'en' },
  { what: '3 of 6 English words', text: 'the tea of qxzz qxzy qxzv', language: null },
  // A bare phrase needs 80 %.
  { what: '4 of 5 words of a bare phrase', text: 'green tea house boat qxzz', language: 'en' },
  { what: '3 of 4 words of a bare phrase', text: 'green tea house qxzz', language: null },
  { what: 'a foreign letter in a bare phrase', text: 'green tea house boat łódź', language: null },
  { what: 'as many strange words as function words', text: 'the łódź', language: null },
  { what: 'nothing', text: '', language: 'en' },
  { what: 'names alone', text: 'Docker', language: 'en' },
])('$what: $language', ({ text, language }) => {
  expect(findLanguage(text)).toBe(language);
});

test('only the first 2,000 letters tell the language', () => {
  const german = 'und der Hund ist nicht hier ';
  expect(findLanguage(german.repeat(80) + 'х'.repeat(9000))).toBe('de');
  expect(findLanguage(`${german}${'х'.repeat(1900)}`)).toBeNull();
});

test('an elision is two words, with either apostrophe', () => {
  expect(findLanguage('j’aime l’eau')).toBe('fr');
  expect(findLanguage("j'aime l'eau")).toBe('fr');
});
