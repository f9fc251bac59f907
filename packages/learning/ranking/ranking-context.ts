import { createPackedScorer, type PackedDocuments } from '../text/similarity.ts';
import { mergeDocuments, type TextDocument, type TextVector, toTextVector } from '../text/text-vector.ts';
import { createWordScorer, type WordScorer } from '../text/word-scorer.ts';

export interface RankingContext {
  request: TextVector;
  candidates: TextVector[];
  topicVector: TextDocument;
  /** Of the topic vector with others: embedding similarity plus tf-idf similarity, in [-1, 2]. */
  compareTopic: (others: PackedDocuments) => Float64Array;
  words: WordScorer;
}

export function createRankingContext(text: string, questions: string[]): RankingContext {
  const request = toTextVector(text);
  const candidates = questions.map(toTextVector);
  const topicVector = toTopicVector(text, questions);
  return {
    ...{ request, candidates, topicVector },
    compareTopic: createPackedScorer(topicVector),
    words: createWordScorer(candidates),
  };
}

/** Does not depend on the order of the questions. */
export function toTopicVector(text: string, questions: readonly string[]): TextVector {
  return mergeDocuments([text, ...questions.toSorted()].map(toTextVector));
}
