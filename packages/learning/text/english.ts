import { frequencyRank } from './word-vectors.ts';

const word = /[\p{L}\p{N}\p{M}]+/gu;

/** Below the first share of known words a text is in another language, from the second on it is English. */
const shares = { other: 0.5, english: 0.8 };

/** In [0, 1]: how far the shipped English word vectors can be trusted to know a text's words. 0 for no words. */
export function estimateEnglish(text: string): number {
  const words = text.normalize('NFKC').toLowerCase().match(word) ?? [];
  const known = words.filter((one) => frequencyRank(one) >= 0).length / Math.max(1, words.length);
  return Math.min(1, Math.max(0, (known - shares.other) / (shares.english - shares.other)));
}
