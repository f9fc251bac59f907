import { Type } from 'typebox';
import type { Figure } from './metric.ts';
import { numbersFrom, pick } from './random.ts';
import { askedWith, type Case, choiceOf } from './ranking.ts';
import { rankingFigure } from './ranking-metrics.ts';
import { readLines } from './read-lines.ts';

const Asked = Type.Object({ input_text: Type.String(), options: Type.Array(Type.String()) });
const Theme = Type.Object({ theme: Type.String(), first: Asked, later: Asked });
type Theme = Type.Static<typeof Theme>;

/** A user picks once, then meets another question of the theme, with unrelated interactions in between. */
export function attitudeFigures(): Figure[] {
  return (['train', 'test'] as const).flatMap((part) => {
    const themes = readLines(`data/attitudes-${part}.jsonl`, Theme);
    return [0, 10].map((unrelated) =>
      rankingFigure(
        `Attitudes (${part}), one selection, ${unrelated} unrelated between`,
        casesOf(themes, unrelated),
      ),
    );
  });
}

/** The cases of the test part with ten unrelated choices in between. */
export const heldOutAttitudes = (): Case[] => casesOf(readLines('data/attitudes-test.jsonl', Theme), 10);

function casesOf(themes: Theme[], unrelated: number): Case[] {
  const random = numbersFrom(20261101);
  return themes.flatMap((theme) => {
    const others = themes.filter((other) => other !== theme).flatMap(({ first, later }) => [first, later]);
    return theme.later.options.map((answer, attitude) => {
      const between = Array.from({ length: unrelated }, () => pick(others, random)).map((other) =>
        choiceOf(other.input_text, other.options, Math.floor(random() * other.options.length)),
      );
      const once = choiceOf(theme.first.input_text, theme.first.options, attitude);
      return { answer, input: askedWith(theme.later.input_text, theme.later.options, [...between, once]) };
    });
  });
}
