import { expect, test } from 'vitest';
import type { Memory } from '../memory.ts';
import { toConversation } from './conversation.ts';
import { findDate, matchDate } from './dates.ts';
import { computeFeatures, type Features } from './score.ts';
import { parseUtterance } from './utterance.ts';

const hourMs = 3_600_000;
const noon = Date.parse('2026-03-01T12:00:00Z');

/** Each said this many hours after the first. */
function toMemories(...said: [hours: number, content: string, type?: Memory['type']][]): Memory[] {
  return said.map(([hours, content, type = 'history'], place) => ({
    memory_id: String(place),
    type,
    content,
    confidence: 1,
    last_seen: new Date(noon + hours * hourMs),
  }));
}

const featuresOf = (query: string, memories: Memory[]): Features =>
  computeFeatures(query, toConversation(memories));

test('what was said around a turn counts for it within a session, not across a pause or for what stands for itself', () => {
  const around = (hours: number, content: string) =>
    featuresOf('pottery class', toMemories([0, 'Mia: My pottery class was fun.'], [hours, content]))
      .window[1];
  expect(around(0.5, 'Jo: How long did it take?')).toBeGreaterThan(0);
  expect(around(2, 'Jo: How long did it take?')).toBe(0);
  expect(around(0.5, 'User requested: build api | Selected: none of these')).toBe(0);
});

test('the reply to a question is found by the words of the question', () => {
  const memories = toMemories([0, 'Jo: Where was your pottery class?'], [0, 'Mia: Down by the old mill.']);
  expect(featuresOf('Where was the pottery class?', memories).answers[1]).toBeGreaterThan(0);
  const told = toMemories([0, 'Jo: I like your pottery class.'], [0, 'Mia: Down by the old mill.']);
  expect(featuresOf('Where was the pottery class?', told).answers[1]).toBe(0);
});

test('a speaker counts only where the query names one person, as a whole word', () => {
  const memories = toMemories([0, 'Al: I play chess.'], [0, 'Bea: I play chess.']);
  const speakersOf = (query: string) => [...featuresOf(query, memories).speaker];
  expect(speakersOf("What is Al's game?")).toEqual([1, 0]);
  expect(speakersOf('Also, who plays chess?')).toEqual([0, 0]);
  expect(speakersOf('Did VAl play chess?')).toEqual([0, 0]);
  expect(speakersOf('Do Al and Bea play chess?')).toEqual([0, 0]);
});

test('times count for a question about a time, numbers for one about a number', () => {
  const memories = toMemories([0, 'Al: I sold it last week.'], [0, 'Al: I sold three of them.']);
  const of = (query: string) => {
    const { time, number } = featuresOf(query, memories);
    return { time: [...time], number: [...number] };
  };
  expect(of('When did Al sell it?')).toEqual({ time: [1, 0], number: [0, 0] });
  expect(of('How many did Al sell?')).toEqual({ time: [0, 0], number: [0, 1] });
  expect(of('Why did Al sell it?')).toEqual({ time: [0, 0], number: [0, 0] });
});

test.each([
  ['in March 2026', { year: 2026, month: 2, day: null }],
  ['on 8 May, 2023', { year: 2023, month: 4, day: 8 }],
  ['on May 8th', { year: null, month: 4, day: 8 }],
  ['am 3. März 2024', { year: 2024, month: 2, day: 3 }],
  ['el 5 de junio de 2025', { year: 2025, month: 5, day: 5 }],
  ['since 2024-11-03', { year: 2024, month: 10, day: 3 }],
  ['back in 2019', { year: 2019, month: null, day: null }],
  ['What may I march for?', null],
  ['room 2026b of 14', null],
])('the date in "%s"', (text, date) => {
  expect(findDate(text)).toEqual(date);
});

test('what is said near a date fits it better than what is said later, and another year not at all', () => {
  const asked = { year: 2026, month: 2, day: 8 };
  const fit = (day: number, month = 2, year = 2026) => matchDate(asked, { year, month, day });
  expect(fit(8)).toBe(1);
  expect(fit(10)).toBeLessThan(1);
  expect(fit(10)).toBeGreaterThan(fit(28));
  expect(fit(28)).toBeGreaterThan(fit(8, 3));
  expect(fit(8, 3)).toBeGreaterThan(fit(8, 5));
  expect(fit(8, 2, 2025)).toBe(0);
});

test('a month is told of until the next one, also in January', () => {
  const fit = (month: number) =>
    matchDate({ year: null, month: 11, day: null }, { year: 2026, month, day: 5 });
  expect([11, 0, 1].map(fit)).toEqual([0.7, 0.35, 0]);
});

test.each([
  ['Ada: I like tea.', 'Ada', null],
  ['[8 May 2023] Ada: I like tea.', 'Ada', 8],
  ['[1:56 pm on 8 May, 2023] Ada Lovelace: I like tea.', 'Ada Lovelace', 8],
  ['2023-05-08, Ada: I like tea.', 'Ada', 8],
  ['Ada (8 May 2023): I like tea.', 'Ada', 8],
  ['On 8 May 2023 Ada said: I like tea.', 'Ada', 8],
  ['User requested: Ada: I like tea. | Selected: none of these', 'Ada', null],
  ['User requested: build api | Selected: Do you want tests?', null, null],
  ['Prefers: tea', null, null],
])('the speaker and the date of "%s"', (content, speaker, day) => {
  const utterance = parseUtterance(content);
  expect(utterance.speaker).toBe(speaker);
  expect(utterance.saidAt?.day ?? null).toBe(day);
});

test.each([
  ['kitaplarımızdan', 'Bu kitap çok güzel.', 'Hava bugün soğuk.'],
  ['แมวของฉันชื่ออะไร', 'ฉันมีแมวสองตัว', 'วันนี้ฝนตกหนัก'],
  ['猫叫什么名字', '我的猫名字叫小花', '今天下雨了'],
])('a query in another language finds by parts of words: %s', (query, answer, other) => {
  const { trigrams } = featuresOf(query, toMemories([0, other], [2, answer]));
  expect(trigrams[1]).toBeGreaterThan(trigrams[0] ?? 1);
});

test('English word vectors say nothing of a text in another language', () => {
  const memories = toMemories([0, 'Der Brief lag auf dem Tisch.'], [2, 'Wir schrieben ihm gestern.']);
  expect([...featuresOf('Wer schrieb unserem Nachbarn einen Brief?', memories).nearestWords]).toEqual([0, 0]);
});
