import { tfidfSimilarity } from '@learning-loop/learning/text/similarity';
import { toTextVector } from '@learning-loop/learning/text/text-vector';

/** Above this, questions differ only in their openings: "Do you want to", "Would you like to". */
const duplicateSimilarity = 0.96;

/** Keeps the first of those that ask the same. */
export function dropDuplicates(questions: readonly string[]): string[] {
  const distinct: string[] = [];
  for (const question of questions)
    if (!distinct.some((other) => isSimilar(question, other, duplicateSimilarity))) distinct.push(question);
  return distinct;
}

export const hasSameWords = (one: string, other: string): boolean => toPlain(one) === toPlain(other);

const toPlain = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/[\p{P}\s]+/gu, ' ')
    .trim();

const isSimilar = (one: string, other: string, limit: number): boolean =>
  hasSameWords(one, other) || tfidfSimilarity(toTextVector(one), toTextVector(other)) > limit;
