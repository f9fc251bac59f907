import { expect, test } from 'vitest';
import type { Memory } from '../memory.ts';
import { toConversation } from './conversation.ts';
import { findDate, matchDate, toNamedDate } from './dates.ts';
import { parseQuery } from './query.ts';
import { computeFeatures, type Features, findBest, shippedWeights, weigh } from './score.ts';
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

test.each([
  // A month has 0.7, its next one 0.35, and any other nothing.
  [{ month: 2 }, { month: 2, day: 8 }, 0.7],
  [{ month: 2 }, { month: 3, day: 8 }, 0.35],
  [{ month: 2 }, { month: 1, day: 8 }, 0],
  // A day loses a tenth for each day between, down to 0.3; the month after it has 0.15.
  [{ month: 2, day: 8 }, { month: 2, day: 6 }, 0.8],
  [{ month: 2, day: 8 }, { month: 2, day: 10 }, 0.8],
  [{ month: 2, day: 8 }, { month: 2, day: 15 }, 0.3],
  [{ month: 2, day: 8 }, { month: 2, day: 25 }, 0.3],
  [{ month: 2, day: 8 }, { month: 2 }, 0.7],
  [{ month: 2, day: 8 }, { month: 3, day: 8 }, 0.15],
  // A year alone says little; another year contradicts, and an unknown one does not.
  [{ year: 2026 }, { year: 2026, month: 2, day: 8 }, 0.2],
  [{ year: 2026 }, { year: 2025, month: 2, day: 8 }, 0],
  [{ year: 2026, month: 2 }, { month: 2 }, 0.7],
  [{ month: 2 }, { year: 2026, month: 2 }, 0.7],
])('%o asked and %o said match by %d', (asked, said, fit) => {
  const unknown = { year: null, month: null, day: null };
  expect(matchDate({ ...unknown, ...asked }, { ...unknown, ...said })).toBeCloseTo(fit, 9);
});

test('a moment has its date in UTC', () => {
  expect(toNamedDate(new Date('2026-03-01T23:30:00-05:00'))).toEqual({ year: 2026, month: 2, day: 2 });
});

test.each([
  ['2024-11', { year: 2024, month: 10, day: null }],
  ['March, 2026', { year: 2026, month: 2, day: null }],
  ['1st of June', { year: null, month: 5, day: 1 }],
  ['during mars', { year: null, month: 2, day: null }],
  ['le 2 février', { year: null, month: 1, day: 2 }],
  ['DECEMBER 24', { year: null, month: 11, day: 24 }],
  ['marching 5 maybe', null],
])('the date in "%s"', (text, date) => {
  expect(findDate(text)).toEqual(date);
});

test('what names a date or was said at it counts for a question about it', () => {
  const said = (content: string) =>
    featuresOf('What happened on 8 March 2026?', toMemories([0, content])).date[0];
  // All are stored on 1 March 2026.
  expect(said('Al: It rained.')).toBeCloseTo(0.3, 6);
  expect(said('[8 March 2026] Al: It rained.')).toBe(1);
  expect(said('[8 June 2026] Al: It rained.')).toBe(0);
  expect(said('[8 June 2026] Al: It rained on 8 March.')).toBe(1);
  expect(featuresOf('What happened?', toMemories([0, '[8 March 2026] Al: It rained.'])).date[0]).toBe(0);
});

test('a question is told apart from an answer, and what says little from a sentence', () => {
  const long = 'a'.repeat(80);
  const { asks, substance } = featuresOf(
    'rain',
    toMemories(
      [0, 'Al: Did it rain?'],
      [0, 'Al: Wet.'],
      [0, `Al: ${long}`],
      [0, `Al: ${long}${long}`],
      [9, 'Wet.'],
    ),
  );
  expect([...asks]).toEqual([1, 0, 0, 0, 0]);
  // ln 5 / ln 81 of four letters; what nobody says stands for itself.
  expect(substance[0]).toBeCloseTo(Math.log(13) / Math.log(81), 5);
  expect([...substance].slice(1)).toEqual([expect.closeTo(Math.log(5) / Math.log(81), 5), 1, 1, 1]);
});

test('an hour ends a session, and so do thirty memories', () => {
  const sessionsOf = (...hours: number[]) => [
    ...toConversation(toMemories(...hours.map((hour): [number, string] => [hour, 'Al: Hm.']))).sessionOf,
  ];
  expect(sessionsOf(0, 1, 2)).toEqual([0, 0, 0]);
  expect(sessionsOf(0, 1.001, 2)).toEqual([0, 1, 1]);
  expect(sessionsOf(...new Array(31).fill(0)).filter((session) => session === 0)).toHaveLength(30);
  expect(sessionsOf(...new Array(61).fill(0)).at(-1)).toBe(2);
  const mixed = toConversation(
    toMemories([0, 'Al: Hm.'], [0, 'just a note'], [0, 'Al: Hm.'], [0, 'Al: Hm.', 'goal'], [0, 'Al: Ah.']),
  );
  // The goal comes last, and histories in the order of time, then of their ids.
  expect(mixed.memories.map(({ memory_id }) => memory_id)).toEqual(['0', '1', '2', '4', '3']);
  expect([...mixed.sessionOf]).toEqual([0, 1, 2, 2, 3]);
  expect([...mixed.sessions.first, ...mixed.sessions.end]).toEqual([0, 1, 2, 4, 1, 2, 4, 5]);
  expect([...mixed.speakers]).toEqual(['Al']);
  expect(toConversation([]).sessions.first).toHaveLength(0);
});

test('histories are in the order of time, whatever their order and their ids', () => {
  const [late, early] = toMemories([5, 'Al: b'], [0, 'Al: a']);
  const ids = (memories: (Memory | undefined)[]) =>
    toConversation(memories.filter((one) => one !== undefined)).memories.map(({ memory_id }) => memory_id);
  expect(ids([late, early])).toEqual(['1', '0']);
  expect(ids([early, late])).toEqual(['1', '0']);
});

test('neighbours count by the better of the two, and only where they belong to the session', () => {
  const memories = toMemories(
    [0, 'Al: pottery'],
    [0, 'Al: nothing here'],
    [0, 'Al: pottery and a lot of other words about ships'],
    [3, 'Al: pottery'],
  );
  const { neighbour, session, answers } = featuresOf('pottery', memories);
  expect(neighbour[1]).toBeGreaterThan(neighbour[3] ?? 1);
  expect(neighbour[0]).toBe(0);
  expect(neighbour[2]).toBe(0);
  expect(neighbour[3]).toBe(0);
  expect(session[0]).toBe(session[1]);
  expect(session[3]).toBeGreaterThan(session[0] ?? 1);
  expect([...answers]).toEqual([0, 0, 0, 0]);
});

test('the best scores are those above the last of so many, and those equal to it', () => {
  const best = (count: number) => findBest(Float64Array.of(3, -1, 2, 2, 5), count);
  expect([1, 2, 3, 4, 5, 9].map(best)).toEqual([
    [4],
    [0, 4],
    [0, 2, 3, 4],
    [0, 2, 3, 4],
    [0, 1, 2, 3, 4],
    [0, 1, 2, 3, 4],
  ]);
});

test('a score is the weighted sum of the features that are known', () => {
  const by = { ...shippedWeights, window: 2, date: -1 };
  const features = { window: Float32Array.of(1, 2), date: Float32Array.of(0, 3) };
  expect([...weigh(features, 2, by)]).toEqual([2, 1]);
  expect([...weigh({}, 2)]).toEqual([0, 0]);
});

test('nearest words are looked up for the best of the others alone', () => {
  const memories = toMemories([0, 'Al: I bake bread.'], [3, 'Al: I bake loaves.'], [6, 'Al: ships']);
  const nearest = (closest?: number) => {
    const options = closest === undefined ? {} : { closest };
    return [...computeFeatures('bake bread', toConversation(memories), options).nearestWords];
  };
  const [first = 0, second = 0, third = 1] = nearest();
  expect(first).toBeCloseTo(1, 5);
  expect(second).toBeGreaterThan(0.4);
  expect(second).toBeLessThan(1);
  expect(third).toBeLessThan(second);
  expect(third).toBeGreaterThan(0);
  expect(nearest(1)).toEqual([first, 0, 0]);
});

test('the closest of a session and of two neighbours count for the others', () => {
  const memories = toMemories([0, 'Al: I bake bread.'], [0, 'Al: Aha.'], [0, 'Al: ships'], [3, 'Al: Aha.']);
  const { closeNeighbour, closeSession, nearestWords } = featuresOf('bake bread', memories);
  expect(closeNeighbour[1]).toBeCloseTo(nearestWords[0] ?? 0, 6);
  expect(closeNeighbour[0]).toBeCloseTo(nearestWords[1] ?? 1, 6);
  expect(closeNeighbour[3]).toBe(0);
  expect([...closeSession.slice(0, 3)]).toEqual(new Array(3).fill(nearestWords[0]));
  expect(closeSession[3]).toBeLessThan(0.5);
});

test('a model of embeddings counts where it knows a memory, never below 0; else word vectors do', () => {
  const memories = toMemories([0, 'Al: bread'], [3, 'Al: ships'], [6, 'Al: bread']);
  const embedding = (similarities?: (number | null)[]) => [
    ...computeFeatures('bread', toConversation(memories), similarities === undefined ? {} : { similarities })
      .embedding,
  ];
  const [alike = 0, unlike = 1] = embedding();
  expect(alike).toBeGreaterThan(0.5);
  expect(unlike).toBeLessThan(alike);
  expect(embedding([0.25, -0.5, null])).toEqual([0.25, 0, alike]);
});

test.each([
  ['When is it?', true, false],
  ['How long did it take?', true, true],
  ['What month?', true, false],
  ['Wie viele sind es?', false, true],
  ['¿Cuándo llega?', true, false],
  ['kaç tane', false, true],
  ['Whenever', false, false],
  ['How manyfold', false, false],
])('"%s" asks for a time: %s, for a number: %s', (text, asksWhen, asksHowMany) => {
  expect(parseQuery(text, [])).toMatchObject({ asksWhen, asksHowMany });
});

test('the people that a query names are no words of it', () => {
  const query = parseQuery("What is J. R.'s game, and Mia Li’s?", ['J. R.', 'Mia Li', 'Mia', 'JxRx']);
  expect([...query.named]).toEqual(['J. R.', 'Mia Li', 'Mia']);
  expect(query.text.words.map(({ stem }) => stem)).toEqual(['game']);
});

test.each([
  ['Al: I sold it yesterday.', true, false],
  ['Al: It was in 2019.', true, true],
  ['Al: Two of them.', false, true],
  ['Al: I sold it.', false, false],
])('"%s" tells a time: %s, a number: %s', (content, tellsTime, tellsNumber) => {
  expect(parseUtterance(content)).toMatchObject({ tellsTime, tellsNumber });
});

test('labels of memories are no words of theirs', () => {
  const wordsOf = (content: string) => parseUtterance(content).text.words.map(({ stem }) => stem);
  expect(wordsOf('User requested: deploy | Selected: none of these')).toEqual(['deploy']);
  expect(wordsOf('User requested: deploy | Selected: test')).toEqual(['deploy', 'test']);
  expect(wordsOf('Prefers: tea')).toEqual(['tea']);
  expect(wordsOf('Goal: tea')).toEqual(['tea']);
  expect(wordsOf('Ada: tea')).toEqual(['tea']);
  expect(parseUtterance('tea tea cup').stems).toMatchObject({ times: Uint8Array.of(2, 1), length: 3 });
});
