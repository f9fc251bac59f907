import data from './function-words.json' with { type: 'json' };
import { findTechnologies } from './technologies.ts';
import { frequencyRank } from './word-vectors.ts';

export type Language = 'en' | 'de' | 'fr' | 'es' | 'it' | 'nl' | 'pt';

const toSet = (words: string) => new Set(words.split(' '));
const understood = Object.entries(data.understood).map(
  ([language, words]) => [language as Language, toSet(words)] as const,
);
const foreign = toSet(data.foreign);
const foreignNegators = toSet(data.foreignNegators);

/** Letters of Latin alphabets that none of the understood languages uses. */
const foreignLetter =
  /[åæøğışłżźćńśďěňřšťůžőűțșăāēīūķļģąęėįųđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/u;
const letters = /\p{L}/gu;
const latin = /\p{Script=Latin}/gu;
const wordPattern = /\p{L}[\p{L}'’]*/gu;

const minLatinShare = 0.8;
const minFunctionShare = 0.12;
const minEnglishShare = 0.6;
/** Of a bare phrase without function words. */
const minBareEnglishShare = 0.8;
/** One function word alone may be a word of another language, unless it is a good part of the text. */
const minLoneShare = 0.5;
const maxTextLength = 2000;

/** By function words; null for a language in which negation cannot be told. Names of technologies say nothing. */
export function findLanguage(text: string): Language | null {
  const head = text.slice(0, maxTextLength);
  if (count(head, latin) < minLatinShare * count(head, letters)) return null;
  const words = (cutTechnologies(head).toLowerCase().match(wordPattern) ?? []).map(unifyApostrophe);
  if (words.some((word) => foreignNegators.has(word))) return null;
  const strange = words.filter((word) => foreign.has(word) || foreignLetter.test(word)).length;
  const english = words.filter(isEnglish).length;
  const [language, hits] = findBest(words);
  if (hits === 0) return strange === 0 && english >= minBareEnglishShare * words.length ? 'en' : null;
  if (hits <= strange || hits < minFunctionShare * words.length) return null;
  if (language === 'en') return english >= minEnglishShare * words.length ? 'en' : null;
  return hits > 1 || hits >= minLoneShare * words.filter((word) => word.length > 1).length ? language : null;
}

const englishFunctionWords = toSet(data.understood.en);
const isEnglish = (word: string) =>
  frequencyRank(word) >= 0 || englishFunctionWords.has(word) || word.endsWith("n't");

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
const unifyApostrophe = (word: string) => word.replaceAll('’', "'");

function cutTechnologies(text: string): string {
  return findTechnologies(text).reduceRight(
    (line, { start, end }) => `${line.slice(0, start)} ${line.slice(end)}`,
    text,
  );
}

function findBest(words: string[]): [Language, number] {
  let best: [Language, number] = ['en', 0];
  for (const [language, functionWords] of understood) {
    const hits = words.reduce((sum, word) => sum + countParts(word, functionWords), 0);
    if (hits > best[1]) best = [language, hits];
  }
  return best;
}

/** "J'aime" has two: French writes them as one. */
function countParts(word: string, functionWords: ReadonlySet<string>): number {
  if (functionWords.has(word)) return 1;
  const [head = '', tail] = word.split("'");
  return tail === undefined ? 0 : Number(functionWords.has(head)) + Number(functionWords.has(tail));
}
