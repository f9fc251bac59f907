import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

/** A run without spaces longer than this is counted in pieces: the tokenizer takes time squared in its length. */
const longRun = /\S{400}/gu;

/** Tokens of a text (o200k_base); exact unless it holds a run of more than 400 characters without a space. */
export function tokensOf(text: string): number {
  let sum = 0;
  let from = 0;
  for (const run of text.matchAll(longRun)) {
    const end = run.index + run[0].length;
    sum += countTokens(text.slice(from, end));
    from = end;
  }
  return sum + countTokens(text.slice(from));
}
