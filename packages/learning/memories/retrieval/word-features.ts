import { embeddingSimilarity } from '../../text/similarity.ts';
import { bm25, countTerms, inverseDocumentFrequencies, longB, sumRanges, type TermCounts } from './bm25.ts';
import { areNeighbours, type Conversation } from './conversation.ts';
import type { Query } from './query.ts';

/** In [0, 1] for each memory, in the order of the conversation. */
export interface WordFeatures {
  /** BM25 of the memory with the one before and the one after. */
  window: Float32Array;
  /** BM25 of its session. */
  session: Float32Array;
  /** BM25 of the better of its two neighbours. */
  neighbour: Float32Array;
  /** BM25 of a question right before it. */
  answers: Float32Array;
  /** BM25 of its letter trigrams. */
  trigrams: Float32Array;
}

/** `idf` is that of the query's stems. */
export function computeWordFeatures(
  query: Query,
  conversation: Conversation,
): { features: WordFeatures; idf: Float64Array } {
  const { windows, isTalk } = conversation;
  const stems = countTerms(query.stems, conversation.stems);
  const trigrams = countTerms(query.trigrams, conversation.trigrams);
  const idf = inverseDocumentFrequencies(stems);
  const own = bm25(stems, idf);
  const features = {
    window: isTalk ? bm25(sumRanges(stems, windows), idf) : own,
    session: scoreSessions(stems, conversation),
    neighbour: bestOfNeighbours(own, conversation),
    answers: scoreQuestionBefore(own, conversation),
    trigrams: bm25(trigrams, inverseDocumentFrequencies(trigrams)),
  };
  return { features, idf };
}

function scoreSessions(stems: TermCounts, { sessionOf, sessions, isTalk }: Conversation): Float32Array {
  const rows = isTalk ? sumRanges(stems, sessions) : stems;
  const scores = bm25(rows, inverseDocumentFrequencies(rows), longB);
  return isTalk ? Float32Array.from(sessionOf, (session) => scores[session] ?? 0) : scores;
}

function scoreQuestionBefore(own: Float32Array, conversation: Conversation): Float32Array {
  const scores = new Float32Array(own.length);
  if (!conversation.isTalk) return scores;
  return scores.map((_, i) =>
    areNeighbours(conversation, i - 1, i) && conversation.utterances[i - 1]?.asks ? (own[i - 1] ?? 0) : 0,
  );
}

/** Of each memory the better of its two neighbours; 0 without neighbours. */
export function bestOfNeighbours(values: Float32Array, conversation: Conversation): Float32Array {
  if (!conversation.isTalk) return new Float32Array(values.length);
  const ofNeighbour = (i: number, other: number) =>
    areNeighbours(conversation, i, other) ? (values[other] ?? 0) : 0;
  return values.map((_, i) => Math.max(ofNeighbour(i, i - 1), ofNeighbour(i, i + 1)));
}

/**
 * By an embedding model where it knows both texts, else by word vectors as far as the query is English. `similarities`
 * are in the order of the conversation.
 */
export function computeEmbedding(
  query: Query,
  { utterances }: Conversation,
  similarities: readonly (number | null)[] | undefined,
): Float32Array {
  const closeness = new Float32Array(utterances.length);
  for (let i = 0; i < closeness.length; i += 1) {
    const known = similarities?.[i] ?? null;
    const { text } = utterances[i] ?? query;
    if (known !== null) closeness[i] = Math.max(0, known);
    else if (query.english > 0)
      closeness[i] = query.english * Math.max(0, embeddingSimilarity(query.text, text));
  }
  return closeness;
}
