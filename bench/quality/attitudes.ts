import { Type } from 'typebox';
import type { Metric } from './metric.ts';
import { numbersFrom, sample } from './random.ts';
import { type Case, toPastSelection, toRankInput } from './ranking.ts';
import { toRankingMetric } from './ranking-metrics.ts';
import { readLines } from './read-lines.ts';

const Question = Type.Object({ input_text: Type.String(), options: Type.Array(Type.String()) });
const Theme = Type.Object({ theme: Type.String(), first: Question, later: Question });
type Theme = Type.Static<typeof Theme>;

/** A user selects once, then gets another question of the theme, with unrelated interactions in between. */
export function measureAttitudes(): Metric[] {
  return (['train', 'test'] as const).flatMap((part) => {
    const themes = readLines(`data/attitudes-${part}.jsonl`, Theme);
    return [0, 10].map((unrelated) =>
      toRankingMetric(
        `Attitudes (${part}), one selection, ${unrelated} unrelated between`,
        toCases(themes, unrelated),
      ),
    );
  });
}

/** The test part with ten unrelated selections in between. */
export const loadHeldOutAttitudes = (): Case[] => toCases(readLines('data/attitudes-test.jsonl', Theme), 10);

function toCases(themes: Theme[], unrelated: number): Case[] {
  const random = numbersFrom(20261101);
  return themes.flatMap((theme) => {
    const others = themes.filter((other) => other !== theme).flatMap(({ first, later }) => [first, later]);
    return theme.later.options.map((answer, attitude) => {
      const between = Array.from({ length: unrelated }, () => sample(others, random)).map((other) =>
        toPastSelection(other.input_text, other.options, Math.floor(random() * other.options.length)),
      );
      const once = toPastSelection(theme.first.input_text, theme.first.options, attitude);
      return { answer, input: toRankInput(theme.later.input_text, theme.later.options, [...between, once]) };
    });
  });
}
