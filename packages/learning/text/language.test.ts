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
