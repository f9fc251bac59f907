import { createTermScorer } from '../text/similarity.ts';
import { type TextVector, toTextVector } from '../text/text-vector.ts';
import { dot, preferenceDirection } from '../text/vector.ts';
import { createWordScorer, type WordScorer } from '../text/word-scorer.ts';
import { type ContrastText, toContrastText } from './contrast-text.ts';

/** Similarity to the selected text minus that to the rejected ones, in [-1, 1]: by tf-idf, words and embedding. */
export interface ContrastScores {
  terms: number;
  words: number;
  direction: number;
}

export interface Contrast {
  /** Null when all were rejected. */
  selected: ContrastText | null;
  rejected: readonly ContrastText[];
  /** From the mean of the texts to the selected one; null when all were rejected. */
  preferenceDirection: Float32Array | null;
}

/** `selected` is the place of the selected question, or -1. */
export function toContrast(questions: readonly string[], selected: number): Contrast {
  const texts = questions.map(toContrastText);
  const embeddings = texts.map(({ whole }) => whole.embedding);
  const chosen = embeddings[selected];
  return {
    selected: texts[selected] ?? null,
    rejected: texts.filter((_, i) => i !== selected),
    preferenceDirection: chosen === undefined ? null : preferenceDirection(chosen, embeddings),
  };
}

/** By question, in [-1, 1]. */
interface Similarities {
  terms: Float64Array;
  words: Float64Array;
}

export type SignedScorer = (text: ContrastText) => Similarities;

/** Scores of each question against past selections. */
export function createContrastScorer(
  questions: readonly string[],
  compare: SignedScorer = createSignedScorer(questions),
): (past: Contrast) => ContrastScores[] {
  const texts = questions.map(toContrastText);
  const embeddings = texts.map(({ whole }) => whole.embedding);
  const directions = embeddings.map((embedding) => preferenceDirection(embedding, embeddings));
  return ({ selected, rejected, preferenceDirection: preferred }) => {
    const liked = selected === null ? null : compare(selected);
    const left = rejected.map(compare);
    const difference = (kind: keyof Similarities, i: number) =>
      (liked?.[kind][i] ?? 0) -
      left.reduce((sum, scores) => sum + (scores[kind][i] ?? 0), 0) / Math.max(1, left.length);
    return directions.map((direction, i) => ({
      terms: difference('terms', i),
      words: difference('words', i),
      direction: preferred === null ? 0 : dot(direction, preferred),
    }));
  };
}

/** Similarity of a text with each of `texts`; what one speaks for and the other against counts against it. */
export function createSignedScorer(
  questions: readonly string[],
  wholeWords: WordScorer = createWordScorer(questions.map(toTextVector)),
): SignedScorer {
  const texts = questions.map(toContrastText);
  const affirmed = texts.map((text) => text.affirmed);
  const negated = texts.flatMap((text) => text.negated ?? []);
  const terms = createTermScorer([...affirmed, ...negated]);
  const words = negated.length === 0 ? wholeWords : createWordScorer([...affirmed, ...negated]);
  const fold = (scores: Float64Array) => foldColumns(texts, scores);
  const score = (text: TextVector) => ({ terms: fold(terms(text)), words: fold(words(text)) });
  const cache = new Map<ContrastText, Similarities>();
  return (text) => {
    const known = cache.get(text);
    if (known !== undefined) return known;
    const likes = score(text.affirmed);
    const similarities =
      text.negated === null ? likes : subtract(likes, score(text.negated), text.negatedShare);
    cache.set(text, similarities);
    return similarities;
  };
}

/** The columns of what is negated stand behind those of what is affirmed. */
function foldColumns(texts: readonly ContrastText[], scores: Float64Array): Float64Array {
  let column = texts.length;
  return Float64Array.from(texts, ({ negated, negatedShare: share }, i) => {
    if (negated === null) return scores[i] ?? 0;
    const against = scores[column] ?? 0;
    column += 1;
    return (1 - share) * (scores[i] ?? 0) - share * against;
  });
}

function subtract(likes: Similarities, dislikes: Similarities, share: number): Similarities {
  const difference = (kind: keyof Similarities) =>
    likes[kind].map((like, i) => (1 - share) * like - share * (dislikes[kind][i] ?? 0));
  return { terms: difference('terms'), words: difference('words') };
}
