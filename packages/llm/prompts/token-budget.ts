import { countTokens } from '@learning-loop/learning/prompt';
import { stripInvisible, toVisibleLine } from './prompt.ts';

/** Quotes, commas and names around a text. */
const perText = 8;
/** A cut text ends with a mark, and may have more tokens a character than before. */
const margin = 0.9;

/**
 * The tokens of what a prompt is told of a user. With instructions and examples no prompt has more than 1,500: some
 * servers cut the beginning of a longer one off, without a word.
 */
export interface TokenBudget {
  /** The text, cut to what is left and to `limit` tokens at most. */
  cut(text: string, limit: number): string;
  /** As many of these as there is room for, from the first; each is one line of at most `length` characters. */
  takeLines(texts: readonly string[], length: number): string[];
  /** Whether there was room for it. */
  take(data: object): boolean;
}

export function createTokenBudget(tokens: number): TokenBudget {
  let left = tokens;
  const spend = (text: string): boolean => {
    const needed = countTokens(text) + perText;
    if (needed > left) return false;
    left -= needed;
    return true;
  };
  return {
    cut(text, limit) {
      const fitting = cutToTokens(text, Math.min(limit, left));
      spend(fitting);
      return fitting;
    },
    takeLines(texts, length) {
      const lines = texts.map((text) => toVisibleLine(text, length));
      const tooMany = lines.findIndex((line) => !spend(line));
      return tooMany < 0 ? lines : lines.slice(0, tooMany);
    },
    take: (data) => spend(JSON.stringify(data)),
  };
}

function cutToTokens(text: string, limit: number): string {
  for (let cut = text; ; ) {
    const tokens = countTokens(cut);
    const length = [...cut].length;
    if (tokens <= limit || length <= 1) return cut;
    cut = stripInvisible(cut, Math.max(1, Math.floor((margin * length * limit) / tokens)));
  }
}
