import { memoizeByObject } from '@learning-loop/async/memoize';
import { cosineToQuery, type EmbeddingOf } from '../../embeddings/similarity.ts';
import { round } from '../../text/vector.ts';
import type { Memory } from '../memory.ts';
import { type Conversation, toConversation } from './conversation.ts';
import { computeFeatures, findBest, foreignScore, highestScore, weigh } from './score.ts';

export interface ScoredMemory {
  memory: Memory;
  /** In [0, 1]. */
  relevance: number;
}

/** A user's memories are the same array until one of them changes. */
const conversationOf = memoizeByObject(toConversation);

/** Most relevant first, at most `limit`; of equal ones the surer comes first, then the newer. */
export function retrieve(
  query: string,
  memories: readonly Memory[],
  limit: number,
  embeddingOf?: EmbeddingOf,
): ScoredMemory[] {
  return retrieveFrom(query, conversationOf(memories), limit, embeddingOf);
}

/** The same for a conversation that was prepared before. */
export function retrieveFrom(
  query: string,
  conversation: Conversation,
  limit: number,
  embeddingOf?: EmbeddingOf,
): ScoredMemory[] {
  const { memories } = conversation;
  const similarities = embeddingOf && cosineToQuery(query, memories, embeddingOf);
  const features = computeFeatures(query, conversation, { ...(similarities && { similarities }) });
  const scores = weigh(features, memories.length);
  const scored = findBest(scores, Math.max(1, limit)).flatMap((place) => {
    const memory = memories[place];
    return memory ? [{ memory, relevance: toRelevance(scores[place] ?? 0) }] : [];
  });
  return scored.sort(byRelevance).slice(0, limit);
}

/** From 0 for what has nothing in common with the query, to 1 for the clearest answer that the weights were fitted to. */
const toRelevance = (score: number) =>
  round(Math.min(1, Math.max(0, (score - foreignScore) / (highestScore - foreignScore))));

function byRelevance(one: ScoredMemory, other: ScoredMemory): number {
  return (
    other.relevance - one.relevance ||
    other.memory.confidence - one.memory.confidence ||
    other.memory.last_seen.getTime() - one.memory.last_seen.getTime() ||
    (one.memory.memory_id < other.memory.memory_id ? -1 : 1)
  );
}
