import { extractPreferences } from '@learning-loop/learning/memories/extract';
import type { Memory } from '@learning-loop/learning/memories/memory';
import { Type } from 'typebox';
import { type Metric, percent } from '../metric.ts';
import { numbersFrom, sample } from '../random.ts';
import { type Case, countHits, toPastSelection, toRankInput, withoutLearning } from '../ranking.ts';
import { formatShare } from './bootstrap.ts';
import { readData } from './read-data.ts';

const Selection = Type.Object({
  input_text: Type.String(),
  candidates: Type.Array(Type.String()),
  selected_index: Type.Integer(),
});
/** A name that the data has and that an object literal should not. */
const later = 'then';
const Preference = Type.Object({
  preference: Type.String(),
  topic: Type.String(),
  first: Selection,
  [later]: Selection,
});
type Preference = Type.Static<typeof Preference>;

const seed = 20261130;

/** One selection by a preference, unrelated ones, then another question to which the preference matters (PrefEval). */
export function measureOneSelection(data: string): Metric[] {
  const preferences = readData(data, 'preferences-one-pick.jsonl', Preference);
  return [0, 10].map((unrelated) => {
    const cases = toCases(preferences, unrelated);
    const off = countHits(cases.map(withoutLearning)).first;
    return {
      measure: `Another question after one selection and ${unrelated} unrelated ones: selected first`,
      value: formatShare(cases.map((one) => countHits([one]).first)),
      cases: cases.length,
      against: `off ${percent(off)}; goal ≥ 86 %`,
    };
  });
}

/** A question after the preference itself was told, for those of which anything is remembered. */
export function measureTold(data: string): Metric[] {
  const cases = readData(data, 'preferences-one-pick.jsonl', Preference).flatMap(({ preference, then }) => {
    const memories = extractPreferences('', preference).map(({ content }) => toMemory(content));
    const input = { ...toRankInput(then.input_text, then.candidates, []), memories };
    return memories.length === 0 ? [] : [{ answer: then.candidates[then.selected_index] ?? '', input }];
  });
  const off = countHits(cases.map(withoutLearning)).first;
  return [
    {
      measure: 'A question after the preference was told in words: right one first',
      value: formatShare(cases.map((one) => countHits([one]).first)),
      cases: cases.length,
      against: `off ${percent(off)}`,
    },
  ];
}

const toMemory = (content: string): Memory => ({
  ...{ memory_id: content, type: 'preference', content, confidence: 0.7 },
  last_seen: new Date('2026-11-01T12:00:00Z'),
});

/** The unrelated selections are of other preferences, and made at random. */
function toCases(preferences: Preference[], unrelated: number): Case[] {
  const random = numbersFrom(seed);
  return preferences.map((preference) => {
    const others = preferences
      .filter((other) => other !== preference)
      .flatMap(({ first, then }) => [first, then]);
    const between = Array.from({ length: unrelated }, () => sample(others, random)).map((other) =>
      toPastSelection(other.input_text, other.candidates, Math.floor(random() * other.candidates.length)),
    );
    const { first, then } = preference;
    const once = toPastSelection(first.input_text, first.candidates, first.selected_index);
    return {
      answer: then.candidates[then.selected_index] ?? '',
      input: toRankInput(then.input_text, then.candidates, [...between, once]),
    };
  });
}
