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

/** Similarity of a text with each question, in [-1, 1]. */
export type SignedScorer = (text: ContrastText) => Float64Array;

export interface SignedScorers {
  terms: SignedScorer;
  words: SignedScorer;
}

/** Scores of each question against past selections. */
export function createContrastScorer(
  questions: readonly string[],
  compare: SignedScorers = createSignedScorers(questions),
): (past: Contrast) => ContrastScores[] {
  const texts = questions.map(toContrastText);
  const embeddings = texts.map(({ whole }) => whole.embedding);
  const directions = embeddings.map((embedding) => preferenceDirection(embedding, embeddings));
  return (past) => {
    const terms = contrast(compare.terms, past, questions.length);
    const words = contrast(compare.words, past, questions.length);
    const preferred = past.preferenceDirection;
    return directions.map((direction, i) => ({
      terms: terms[i] ?? 0,
      words: words[i] ?? 0,
      direction: preferred === null ? 0 : dot(direction, preferred),
    }));
  };
}

/** By question: similarity to what was selected minus the mean of those to what was rejected. */
function contrast(score: SignedScorer, { selected, rejected }: Contrast, count: number): Float64Array {
  const sums = new Float64Array(count);
  for (const text of rejected) {
    const scores = score(text);
    for (let i = 0; i < count; i += 1) sums[i] = (sums[i] ?? 0) + (scores[i] ?? 0);
  }
  const liked = selected === null ? null : score(selected);
  const left = Math.max(1, rejected.length);
  for (let i = 0; i < count; i += 1) sums[i] = (liked?.[i] ?? 0) - (sums[i] ?? 0) / left;
  return sums;
}

/** What a text speaks for and a question against, or the reverse, counts against their similarity. */
export function createSignedScorers(
  questions: readonly string[],
  wholeWords: WordScorer = createWordScorer(questions.map(toTextVector)),
): SignedScorers {
  const texts = questions.map(toContrastText);
  const affirmed = texts.map((text) => text.affirmed);
  const negated = texts.flatMap((text) => text.negated ?? []);
  const terms = createTermScorer([...affirmed, ...negated]);
  const words = negated.length === 0 ? wholeWords : createWordScorer([...affirmed, ...negated]);
  const sign = (score: (text: TextVector) => Float64Array) =>
    signScores(negated.length === 0 ? score : (text) => foldColumns(texts, score(text)));
  return { terms: sign(terms), words: sign(words) };
}

function signScores(score: (text: TextVector) => Float64Array): SignedScorer {
  const cache = new Map<ContrastText, Float64Array>();
  return (text) => {
    const known = cache.get(text);
    if (known !== undefined) return known;
    const likes = score(text.affirmed);
    const scores = text.negated === null ? likes : subtract(likes, score(text.negated), text.negatedShare);
    cache.set(text, scores);
    return scores;
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

const subtract = (likes: Float64Array, dislikes: Float64Array, share: number): Float64Array =>
  likes.map((like, i) => (1 - share) * like - share * (dislikes[i] ?? 0));
