import { expect, test } from 'vitest';
import { detectLanguage } from './languages/detect-language.ts';
import { generateCandidates } from './propose.ts';

const firstQuestion = (text: string) => generateCandidates({ text, goals: [], preferences: [] })[0]?.question;

test.each([
  ['Wann öffnet das Museum?', 'Möchten Sie kurz wissen, wann das Museum öffnet?'],
  ['Brauche ich eine Jacke?', 'Möchten Sie kurz wissen, ob Sie eine Jacke brauchen?'],
  ['Schalte meine Lampe aus', 'Soll ich Ihre Lampe ausschalten, genau so wie gesagt?'],
  ['Ich möchte gerne ein Auto mieten', 'Möchten Sie ein Auto mieten, genau so wie gesagt?'],
  ['Mein Fahrrad ist weg', 'Möchten Sie schnelle Hilfe bei „Mein Fahrrad ist weg“?'],
  ['Wordt het koud in Utrecht?', 'Wil je kort weten of het koud wordt in Utrecht?'],
  ['Voeg brood toe aan mijn lijst', 'Wil je dat ik brood toevoeg aan je lijst, precies zo?'],
  ['Quand ouvre-t-il ?', 'Voulez-vous savoir en bref quand il ouvre ?'],
  ['Ajoute du pain à ma liste', 'Voulez-vous ajouter du pain à votre liste, exactement ainsi ?'],
  ['¿Cuándo abre el museo?', '¿Quieres saber en pocas palabras cuándo abre el museo?'],
  ['añade pan a mi lista', '¿Quieres añadir pan a tu lista, exactamente así?'],
  ['Nevicherà a Roma?', 'Vuoi sapere in breve se nevicherà a Roma?'],
  ['cancella la mia sveglia', 'Vuoi cancellare la tua sveglia, esattamente così?'],
  ['Quando abre o museu?', 'Você quer saber em poucas palavras quando abre o museu?'],
  ['adicione pão à minha lista', 'Você quer adicionar pão à sua lista, exatamente assim?'],
  ['駅はどこですか？', '駅はどこかを簡単に知りたいですか？'],
  ['電気を消してください', 'このまま電気を消しましょうか？'],
  ['明天会冷吗？', '你想简单了解明天是否会冷吗？'],
  ['帮我关闭我的灯', '要我就这样关闭你的灯吗？'],
  ['Hvad er klokken?', 'Do you want to get a short and direct answer to “Hvad er klokken”?'],
  ['كم الساعة', 'Do you want to get a short and direct answer to “كم الساعة”?'],
])('"%s" is answered: %s', (text, question) => {
  expect(firstQuestion(text)).toBe(question);
});

test.each(['come cambio la mia password?', '¿cómo cambio mi clave?', 'Als ich kam, war es dunkel?'])(
  '"%s" is quoted, since its verb cannot be turned to the user for sure',
  (text) => {
    expect(firstQuestion(text)).toContain(text.replace(/^¿|\?$/gu, ''));
  },
);

test('names of songs and dishes in an English request do not make it another language', () => {
  for (const text of ['play la vie en rose', 'order two quesadillas con pollo', 'find a table at der platz'])
    expect(detectLanguage(text)).toBe('en');
});
