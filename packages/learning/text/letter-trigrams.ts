import { hashString } from './hash-index.ts';

const word = /[\p{L}\p{N}\p{M}]+/gu;
/** Of these, two are as much as three letters. */
const ideographs = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u;

const maxTextLength = 4000;

/** Words that tell nothing in English; in other languages the inverse document frequency finds them. */
const skipped = new Set(
  `a an the of to in on at for from by with and or but is are was were be been do does did has have had i you he she it we
they what which who whom whose how when where why`.split(/\s+/u),
);

/**
 * Hashes of three letters in a row, with `^` and `$` at the ends of a word. They find words of languages that bend them
 * or write no spaces (McNamee & Mayfield 2004, "Character n-gram tokenization for European language text retrieval").
 */
export function toLetterTrigrams(text: string): Int32Array {
  const hashes: number[] = [];
  for (const [written] of text.slice(0, maxTextLength).normalize('NFKC').toLowerCase().matchAll(word)) {
    if (skipped.has(written)) continue;
    const letters = [...`^${written}$`];
    const size = ideographs.test(written) ? 2 : 3;
    for (let i = 0; i + size <= letters.length; i += 1)
      hashes.push(hashString(letters.slice(i, i + size).join('')));
  }
  return Int32Array.from(hashes);
}
