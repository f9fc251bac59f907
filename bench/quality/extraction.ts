import { extractGoal, extractPreferences, type Preference } from '@learning-loop/learning/memories/extract';
import { memoryKey } from '@learning-loop/learning/memories/memory';
import { Type } from 'typebox';
import { type Metric, percent } from './metric.ts';
import { readLines } from './read-lines.ts';

const Labelled = Type.Object({
  question: Type.String(),
  goal: Type.Union([Type.String(), Type.Null()]),
  preferences: Type.Array(Type.String()),
});

interface Counts {
  right: number;
  found: number;
  labelled: number;
}

/** Precision and recall of goals and preferences on the labelled questions. */
export function measureExtraction(): Metric[] {
  const rows = readLines('data/extraction.jsonl', Labelled);
  const goals = rows.map(({ question, goal }) => {
    const found = extractGoal(question, '')?.content ?? null;
    return compare(found === null ? [] : [found], goal === null ? [] : [goal]);
  });
  const preferences = rows.map(({ question, preferences: labelled }) =>
    compare(listPreferences(question), labelled),
  );
  return [toMetric('Goals extracted', goals), toMetric('Preferences extracted', preferences)];
}

/** A text in the first person is the user's own, any other a candidate that was selected. */
export function readLabelled(text: string): Preference[] {
  return /^(?:i|my|we|our)\b/iu.test(text) ? extractPreferences('', text) : extractPreferences(text, '');
}

const listPreferences = (question: string) => readLabelled(question).map(({ content }) => content);

function compare(found: string[], labelled: string[]): Counts {
  const [have, want] = [new Set(found.map(memoryKey)), new Set(labelled.map(memoryKey))];
  return { right: [...have].filter((key) => want.has(key)).length, found: have.size, labelled: want.size };
}

function toMetric(measure: string, counts: Counts[]): Metric {
  const sum = (name: keyof Counts) => counts.reduce((total, count) => total + count[name], 0);
  const [right, found, labelled] = [sum('right'), sum('found'), sum('labelled')];
  return {
    measure,
    value: `precision ${percent(right / found)}, recall ${percent(right / labelled)}`,
    cases: counts.length,
    against: 'goal ≥ 95 %, ≥ 80 %',
  };
}
