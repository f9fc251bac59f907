import { memoize } from '@learning-loop/async/memoize';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

/** A run without spaces longer than this is counted in pieces: the tokenizer takes time squared in its length. */
const longestRun = 400;
const longRun = new RegExp(`\\S{${longestRun}}`, 'gu');

/** Tokens of a text (o200k_base); exact unless it holds a run of more than 400 characters without a space. */
export function tokensOf(text: string): number {
  if (text.length < longestRun) return tokensOfShort(text);
  let sum = 0;
  let from = 0;
  for (const run of text.matchAll(longRun)) {
    const end = run.index + run[0].length;
    sum += countTokens(text.slice(from, end), asText);
    from = end;
  }
  return sum + countTokens(text.slice(from), asText);
}

/** The same memories come into prompts again and again. */
const tokensOfShort = memoize((text: string): number => countTokens(text, asText), 10_000);

/** What looks like a control token in a user's text is text. */
const asText = { disallowedSpecial: new Set<string>() };

/** The head, cut to the longest beginning at which it and the tail together have at most `budget` tokens. */
export function fitted(head: string, tail: string, budget: number): string {
  if (tokensOf(head + tail) <= budget) return head + tail;
  let [fits, over] = [0, head.length];
  while (over - fits > 1) {
    const middle = Math.floor((fits + over) / 2);
    if (tokensOf(`${head.slice(0, middle)}…${tail}`) <= budget) fits = middle;
    else over = middle;
  }
  return `${head.slice(0, fits).toWellFormed()}…${tail}`;
}
