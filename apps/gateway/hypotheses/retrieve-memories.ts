import type { EmbeddingOf } from '@learning-loop/learning/embeddings/similarity';
import type { Memory } from '@learning-loop/learning/memories/memory';
import { retrieve, type ScoredMemory } from '@learning-loop/learning/memories/retrieval';
import type { GatewayContext } from '../context.ts';

/** A memory that matters, and how it was found: by whose vectors beside its words, and who put it in its place. */
export interface RetrievedMemory extends ScoredMemory {
  embedding?: string;
  reranked_by?: string;
}

/** Memories that a model puts in order, if it is to: the most relevant ones. */
const mostReranked = 10;

interface RetrievalQuery {
  tenant_id: string;
  query: string;
  memories: Memory[];
  limit: number;
  embeddingOf: EmbeddingOf | undefined;
}

/**
 * The memories that matter for a query, most relevant first. With LLM_RERANK a model puts the first ten in order, and
 * they share the relevances that they had; where it does not answer in time, the order stands.
 */
export async function retrieveMemories(
  gateway: GatewayContext,
  wanted: RetrievalQuery,
): Promise<RetrievedMemory[]> {
  const { query, memories, limit, embeddingOf } = wanted;
  const found = retrieve(query, memories, new Date(), limit, embeddingOf).map(
    (recalled): RetrievedMemory => ({
      ...recalled,
      ...foundBy(gateway, query, recalled.memory, embeddingOf),
    }),
  );
  return gateway.config.rerank && found.length > 1 ? await reranked(gateway, wanted, found) : found;
}

function foundBy(
  { embeddings: meanings }: GatewayContext,
  query: string,
  { content }: Memory,
  embeddingOf: EmbeddingOf | undefined,
) {
  const meant = embeddingOf && embeddingOf(query) !== null && embeddingOf(content) !== null;
  return meant && meanings.model !== null ? { embedding: meanings.model } : {};
}

async function reranked(
  { llm }: GatewayContext,
  { tenant_id, query }: RetrievalQuery,
  found: RetrievedMemory[],
): Promise<RetrievedMemory[]> {
  const best = found.slice(0, mostReranked);
  const answer = await llm.rerank({ tenant_id, query, memories: best.map(({ memory }) => memory.content) });
  if (answer === null) return found;
  const ordered = answer.order.flatMap((from, to) => {
    const [moved, place] = [best[from], best[to]];
    return moved && place ? [{ ...moved, relevance: place.relevance, reranked_by: answer.by }] : [];
  });
  return [...ordered, ...found.slice(mostReranked)];
}
