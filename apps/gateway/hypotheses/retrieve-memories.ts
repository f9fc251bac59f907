import type { UserKey } from '@learning-loop/events/ids';
import type { EmbeddingOf } from '@learning-loop/learning/embeddings/similarity';
import type { Memory } from '@learning-loop/learning/memories/memory';
import type { ScoredMemory } from '@learning-loop/learning/memories/retrieval/retrieve';
import type { Llm } from '@learning-loop/llm/llm';
import type { Config } from '../config.ts';
import type { Comparer } from './comparer.ts';
import type { EmbeddingLookup } from './embedding-lookup.ts';
import type { MemoryArchive } from './memory-archive.ts';

/** With the embedding model and the reranker that were used, if any. */
export interface RetrievedMemory extends ScoredMemory {
  embedding?: string;
  reranked_by?: string;
}

const maxReranked = 10;

interface RetrievalDependencies {
  comparer: Pick<Comparer, 'run'>;
  config: Pick<Config, 'rerank'>;
  llm: Pick<Llm, 'rerank'>;
  embeddings: Pick<EmbeddingLookup, 'model'>;
  archive: Pick<MemoryArchive, 'search'>;
}

interface RetrievalQuery extends UserKey {
  query: string;
  memories: readonly Memory[];
  /** Searches older ones, too, if the user has any. */
  ofAll: boolean;
  limit: number;
  embeddingOf: EmbeddingOf | undefined;
}

/**
 * Most relevant first. With LLM_RERANK a model reorders the first ten, whose relevance values keep their positions;
 * if it does not answer in time, the order stays.
 */
export async function retrieveMemories(
  dependencies: RetrievalDependencies,
  request: RetrievalQuery,
): Promise<RetrievedMemory[]> {
  const { query, embeddingOf } = request;
  const scored = await search(dependencies, request);
  const retrieved = scored.map(
    (one): RetrievedMemory => ({ ...one, ...toProvenance(dependencies, query, one.memory, embeddingOf) }),
  );
  return dependencies.config.rerank && retrieved.length > 1
    ? await rerank(dependencies, request, retrieved)
    : retrieved;
}

async function search(
  { archive, comparer }: RetrievalDependencies,
  { tenant_id, user_id, ...request }: RetrievalQuery,
): Promise<ScoredMemory[]> {
  const { query, memories, ofAll, limit, embeddingOf } = request;
  const user = { tenant_id, user_id };
  const found = ofAll ? await archive.search(user, memories, { query, limit, embeddingOf }) : null;
  return found ?? (await comparer.run(user, { kind: 'retrieve', query, memories, limit }, embeddingOf));
}

function toProvenance(
  { embeddings }: RetrievalDependencies,
  query: string,
  { content }: Memory,
  embeddingOf: EmbeddingOf | undefined,
) {
  const isEmbedded = embeddingOf && embeddingOf(query) !== null && embeddingOf(content) !== null;
  return isEmbedded && embeddings.model !== null ? { embedding: embeddings.model } : {};
}

async function rerank(
  { llm }: RetrievalDependencies,
  { tenant_id, query }: RetrievalQuery,
  retrieved: RetrievedMemory[],
): Promise<RetrievedMemory[]> {
  const best = retrieved.slice(0, maxReranked);
  const ranking = await llm.rerank({ tenant_id, query, memories: best.map(({ memory }) => memory.content) });
  if (ranking === null) return retrieved;
  const ordered = ranking.order.flatMap((from, to) => {
    const [moved, place] = [best[from], best[to]];
    return moved && place ? [{ ...moved, relevance: place.relevance, reranked_by: ranking.by }] : [];
  });
  return [...ordered, ...retrieved.slice(maxReranked)];
}
