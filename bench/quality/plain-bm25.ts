import { toTerms } from '@learning-loop/learning/text/terms';

type Tokenize = (text: string) => string[];

/** Stems without stop words. */
export const toStems: Tokenize = (text) => toTerms(text).map(({ stem }) => stem);

/** Three letters in a row, with the ends of each word marked. */
export const toTrigrams: Tokenize = (text) =>
  (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  ).flatMap((word) => {
    const letters = [...`^${word}$`];
    return letters.slice(2).map((_, i) => letters.slice(i, i + 3).join(''));
  });

const k1 = 1.2;
const b = 0.4;

/**
 * The baseline of retrieval: texts by BM25 alone, the best first (Robertson & Zaragoza 2009). It shares no code with what
 * it is compared with, except for the stems.
 */
export function rankByBm25(query: string, texts: readonly string[], tokenize: Tokenize): string[] {
  const documents = texts.map((text) => countTokens(tokenize(text)));
  const lengths = documents.map((counts) => [...counts.values()].reduce((sum, count) => sum + count, 0));
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / texts.length || 1;
  const scores = new Float64Array(texts.length);
  for (const token of new Set(tokenize(query))) {
    const holding = documents.filter((counts) => counts.has(token)).length;
    const idf = Math.log(1 + (texts.length - holding + 0.5) / (holding + 0.5));
    for (const [i, counts] of documents.entries()) {
      const count = counts.get(token) ?? 0;
      const norm = k1 * (1 - b + (b * (lengths[i] ?? 0)) / meanLength);
      scores[i] = (scores[i] ?? 0) + (idf * count * (k1 + 1)) / (count + norm);
    }
  }
  const order = texts.map((text, i) => ({ text, score: scores[i] ?? 0 }));
  return order.sort((one, other) => other.score - one.score).map(({ text }) => text);
}

function countTokens(tokens: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}
