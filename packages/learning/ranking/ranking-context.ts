import { meaningLikeness, type TermLens, termLens, termsLike } from '../text/similarity.ts';
import { type Subject, type TextVector, together, vectorOf } from '../text/text-vector.ts';
import { type WordLens, wordLens } from '../text/word-scorer.ts';

/** What is asked and what can be chosen, made ready to be compared with many texts. */
export interface Situation {
  request: TextVector;
  options: TextVector[];
  /** Request and options together: what the situation is about. */
  theme: Subject;
  /** How like a text is to the theme by the same words, in [0, 1]. */
  themeTerms: (text: Subject) => number;
  /** The same words as each option's. */
  terms: TermLens;
  /** The same as each option, in other words. */
  words: WordLens;
}

/** A situation. The order of the questions does not count. */
export function situationOf(text: string, questions: string[]): Situation {
  const request = vectorOf(text);
  const options = questions.map(vectorOf);
  const theme = themeOf(text, questions);
  return {
    ...{ request, options, theme },
    themeTerms: termsLike(theme),
    terms: termLens(options),
    words: wordLens(options),
  };
}

/** What a text with these questions is about, whatever their order. */
export function themeOf(text: string, questions: readonly string[]): TextVector {
  return together([text, ...questions.toSorted()].map(vectorOf));
}

/** How alike a situation and what another was about are, in [-1, 2]: the same subject, and the same words. */
export function situationLikeness({ theme, themeTerms }: Situation, other: Subject): number {
  return meaningLikeness(theme, other) + themeTerms(other);
}
