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
const Preference = Type.Object({ topic: Type.String(), first: Selection, [later]: Selection });
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
