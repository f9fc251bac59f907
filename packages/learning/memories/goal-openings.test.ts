import { expect, test } from 'vitest';
import { extractGoal } from './extract.ts';

test.each([
  ['Möchten Sie eine API bauen?', 'eine API bauen'],
  ['Soll ich den Text kürzen?', 'den Text kürzen'],
  ['Interessieren Sie sich für günstige Hotels?', 'günstige Hotels'],
  ['Voulez-vous écrire un poème sur la mer ?', 'écrire un poème sur la mer'],
  ["Avez-vous besoin d'une recette simple ?", 'une recette simple'],
  ['¿Quieres escribir un correo a tu jefe?', 'escribir un correo a tu jefe'],
  ['¿Te gustaría ver ejemplos en Python?', 'ver ejemplos en Python'],
  ['Vuoi creare un sito web per il tuo ristorante?', 'creare un sito web per il tuo ristorante'],
  ['Ti interessa un corso di cucina?', 'un corso di cucina'],
  ['Wil je een brief aan je huisbaas schrijven?', 'een brief aan je huisbaas schrijven'],
  ['Zal ik de tekst vertalen?', 'de tekst vertalen'],
  ['Você quer escrever um e-mail para o seu chefe?', 'escrever um e-mail para o seu chefe'],
  ['Precisa de ajuda com o orçamento?', 'ajuda com o orçamento'],
  ['要我写一封信吗？', '写一封信'],
  ['您需要预订酒店吗？', '预订酒店'],
  ['旅行の計画を説明しますか？', '旅行の計画を説明します'],
  ['旅行の計画を立てたいですか？', '旅行の計画を立てたい'],
  ['一緒に計画を立てましょうか？', '一緒に計画を立てます'],
])('"%s" confirmed is a goal: "%s"', (question, content) => {
  expect(extractGoal(question, '')).toEqual({ content });
});

test.each([
  'Möchten Sie das?',
  'Möchten Sie das löschen?',
  'Soll ich es tun?',
  'Voulez-vous cela ?',
  'Dois-je le faire ?',
  '¿Quieres eso?',
  '¿Quieres hacerlo ahora?',
  'Vuoi farlo?',
  'Vuoi questo per domani?',
  'Wil je dat?',
  'Você quer isso?',
  'Willkommen in Berlin?',
  'Quindi?',
  '天气怎么样？',
  '天気はどうですか？',
])('"%s" states no goal by itself', (question) => {
  expect(extractGoal(question, '')).toBeNull();
});

test('a noun behind "this" says what is meant', () => {
  expect(extractGoal('Möchten Sie das Bild löschen?', '')).toEqual({ content: 'das Bild löschen' });
  expect(extractGoal('Vuoi questo libro?', '')).toEqual({ content: 'questo libro' });
});
