import {
  createTermScorer,
  embeddingSimilarity,
  type TermScorer,
  termSimilarity,
} from '../text/similarity.ts';
import { mergeDocuments, type TextDocument, type TextVector, toTextVector } from '../text/text-vector.ts';
import { createWordScorer, type WordScorer } from '../text/word-scorer.ts';

export interface RankingContext {
  request: TextVector;
  candidates: TextVector[];
  topicVector: TextDocument;
  /** tf-idf cosine of a text and the topic vector, in [0, 1]. */
  topicTerms: (text: TextDocument) => number;
  terms: TermScorer;
  words: WordScorer;
}

export function createRankingContext(text: string, questions: string[]): RankingContext {
  const request = toTextVector(text);
  const candidates = questions.map(toTextVector);
  const topicVector = toTopicVector(text, questions);
  return {
    ...{ request, candidates, topicVector },
    topicTerms: termSimilarity(topicVector),
    terms: createTermScorer(candidates),
    words: createWordScorer(candidates),
  };
}

/** Does not depend on the order of the questions. */
export function toTopicVector(text: string, questions: readonly string[]): TextVector {
  return mergeDocuments([text, ...questions.toSorted()].map(toTextVector));
}

/** In [-1, 2]: embedding similarity plus tf-idf similarity. */
export function contextSimilarity({ topicVector, topicTerms }: RankingContext, other: TextDocument): number {
  return embeddingSimilarity(topicVector, other) + topicTerms(other);
}
