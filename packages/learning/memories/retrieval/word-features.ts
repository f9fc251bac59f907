import { embeddingSimilarity } from '../../text/similarity.ts';
import {
  bm25,
  countTerms,
  inverseDocumentFrequencies,
  longB,
  mapToFloats,
  sumNeighbours,
  sumRows,
  type TermCounts,
} from './bm25.ts';
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
  const { utterances, sessionOf } = conversation;
  const stems = countTerms(
    query.stems,
    utterances.map((utterance) => utterance.stems),
  );
  const trigrams = countTerms(
    query.trigrams,
    utterances.map((utterance) => utterance.trigrams),
  );
  const idf = inverseDocumentFrequencies(stems);
  const own = bm25(stems, idf);
  const features = {
    window: bm25(sumNeighbours(stems, sessionOf), idf),
    session: scoreSessions(stems, conversation),
    neighbour: own.map((_, i) => maxOfNeighbours(own, i, conversation)),
    answers: own.map((_, i) =>
      areNeighbours(conversation, i - 1, i) && utterances[i - 1]?.asks ? (own[i - 1] ?? 0) : 0,
    ),
    trigrams: bm25(trigrams, inverseDocumentFrequencies(trigrams)),
  };
  return { features, idf };
}

function scoreSessions(stems: TermCounts, { sessionOf, sessions }: Conversation): Float32Array {
  const rows = sumRows(stems, sessionOf, sessions);
  const scores = bm25(rows, inverseDocumentFrequencies(rows), longB);
  return Float32Array.from(sessionOf, (session) => scores[session] ?? 0);
}

/** 0 without neighbours. */
export function maxOfNeighbours(values: Float32Array, i: number, conversation: Conversation): number {
  const ofNeighbour = (other: number) => (areNeighbours(conversation, i, other) ? (values[other] ?? 0) : 0);
  return Math.max(ofNeighbour(i - 1), ofNeighbour(i + 1));
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
  return mapToFloats(utterances, ({ text }, i) => {
    const known = similarities?.[i] ?? null;
    if (known !== null) return Math.max(0, known);
    return query.english === 0 ? 0 : query.english * Math.max(0, embeddingSimilarity(query.text, text));
  });
}
