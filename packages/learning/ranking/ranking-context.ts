import {
  createTermScorer,
  embeddingSimilarity,
  type TermScorer,
  termSimilarity,
} from '../text/similarity.ts';
import { mergeDocuments, type TextDocument, type TextVector, toTextVector } from '../text/text-vector.ts';
import { createWordScorer, type WordScorer } from '../text/word-scorer.ts';

/** What is asked and what can be chosen, made ready to be compared with many texts. */
export interface RankingContext {
  request: TextVector;
  candidates: TextVector[];
  /** Request and options together: what the situation is about. */
  topicVector: TextDocument;
  /** How like a text is to the theme by the same words, in [0, 1]. */
  themeTerms: (text: TextDocument) => number;
  /** The same words as each option's. */
  terms: TermScorer;
  /** The same as each option, in other words. */
  words: WordScorer;
}

/** A situation. The order of the questions does not count. */
export function createRankingContext(text: string, questions: string[]): RankingContext {
  const request = toTextVector(text);
  const options = questions.map(toTextVector);
  const theme = toTopicVector(text, questions);
  return {
    ...{ request, candidates: options, topicVector: theme },
    themeTerms: termSimilarity(theme),
    terms: createTermScorer(options),
    words: createWordScorer(options),
  };
}

/** What a text with these questions is about, whatever their order. */
export function toTopicVector(text: string, questions: readonly string[]): TextVector {
  return mergeDocuments([text, ...questions.toSorted()].map(toTextVector));
}

/** How alike a situation and what another was about are, in [-1, 2]: the same subject, and the same words. */
export function contextSimilarity(
  { topicVector: theme, themeTerms }: RankingContext,
  other: TextDocument,
): number {
  return embeddingSimilarity(theme, other) + themeTerms(other);
}
