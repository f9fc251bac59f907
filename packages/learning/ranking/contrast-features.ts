import type { TextVector } from '../text/text-vector.ts';
import { directionOf, dot } from '../text/vector.ts';
import type { RememberedChoice } from './encoded-selections.ts';
import type { Situation } from './ranking-context.ts';

/** How much nearer an option is to the chosen than to the rejected, each in [-1, 1]. */
export interface ContrastLikeness {
  /** By the same words. */
  terms: number;
  /** By the same things in other words. */
  words: number;
  /** By the direction that leads from the rejected to the chosen. */
  direction: number;
}

/** Compares each option of a situation with past choices; a text that returns among them is compared once. */
export function contraster({
  options,
  terms,
  words,
}: Situation): (past: RememberedChoice) => ContrastLikeness[] {
  const meanings = options.map(({ meaning }) => meaning);
  const directions = meanings.map((meaning) => directionOf(meaning, meanings));
  const seen = new Map<TextVector, { terms: Float64Array; words: Float64Array }>();
  const look = (text: TextVector) => {
    const known = seen.get(text) ?? { terms: terms(text), words: words(text) };
    seen.set(text, known);
    return known;
  };
  return ({ chosen, rejected, towards }) => {
    const taken = chosen === null ? null : look(chosen);
    const left = rejected.map(look);
    const difference = (kind: 'terms' | 'words', i: number) =>
      (taken?.[kind][i] ?? 0) -
      left.reduce((sum, text) => sum + (text[kind][i] ?? 0), 0) / Math.max(1, left.length);
    return directions.map((direction, i) => ({
      terms: difference('terms', i),
      words: difference('words', i),
      direction: towards === null ? 0 : dot(direction, towards),
    }));
  };
}
