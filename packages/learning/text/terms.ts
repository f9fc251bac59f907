import stem from 'wink-porter2-stemmer';
import technologies from '../technologies.json' with { type: 'json' };
import { memoize } from './memoize.ts';
import { stopWords } from './stop-words.ts';
import { rarity, wordVector } from './word-vectors.ts';

/** A word as the rules compare it. */
export interface Term {
  stem: string;
  /** How much it tells, in [0, 1]. */
  weight: number;
  vector: Float32Array | null;
  /** Pieces of the word, by which misspelt and derived words meet. */
  grams: readonly string[];
}

const wordPattern = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’+#]*/gu;
const longestWord = 40;

/** Characters of a text that are read; what lies beyond hardly changes what it is about. */
const readable = 4000;

const canonical = new Map(
  technologies.flatMap(({ name, aliases }) => aliases.map((alias) => [alias, name.toLowerCase()] as const)),
);

/** The telling words of a text, in order, repetitions included. */
export function termsOf(text: string): Term[] {
  const words = text.slice(0, readable).normalize('NFKC').toLowerCase().match(wordPattern) ?? [];
  return words.filter((word) => !stopWords.has(word)).map((word) => termOf(word.slice(0, longestWord)));
}

const termOf = memoize((written: string): Term => {
  const word = canonical.get(written) ?? written.replace(/['’]s?$/u, '');
  const root = stem(word);
  return {
    stem: root,
    weight: rarity(word),
    vector: wordVector(word) ?? wordVector(root),
    grams: gramsOf(word),
  };
}, 50_000);

/** Four letters at a time; two where words are written without spaces between them. */
function gramsOf(word: string): string[] {
  const size = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word) ? 2 : 4;
  const letters = [...(size === 4 ? `^${word}` : word)];
  const starts = Math.max(0, letters.length - size + 1);
  return Array.from({ length: starts }, (_, start) => `#${letters.slice(start, start + size).join('')}`);
}
