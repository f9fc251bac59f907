import type { Db } from '@learning-loop/db/connect';
import { asTenant } from '@learning-loop/db/transactions';
import { readEmbeddings } from '@learning-loop/db/users/embeddings';
import type { UserKey } from '@learning-loop/events/ids';
import {
  center,
  type EmbeddingOf,
  meanVector,
  referenceTexts,
} from '@learning-loop/learning/embeddings/similarity';
import type { Memory } from '@learning-loop/learning/memories/memory';
import { type Embedder, maxBatch } from '@learning-loop/llm/embeddings/embed';
import { LRUCache } from 'lru-cache';

export interface EmbeddingLookup {
  /** Null if none is configured. */
  model: string | null;
  /**
   * Stored embeddings of the memories, and embeddings of the texts; uncached texts are embedded in one call, at most
   * `maxBatch`. Undefined if there is no model or it does not answer.
   */
  get(user: UserKey, memories: readonly Memory[], texts: string[]): Promise<EmbeddingOf | undefined>;
}

const cacheBytes = 64e6;
/** TTL of negative lookups. */
const missTtlMs = 5_000;

export function createEmbeddingLookup(db: Db, embedder: Embedder | null): EmbeddingLookup {
  if (embedder === null) return { model: null, get: async () => undefined };
  const { model } = embedder;
  const vectors = new LRUCache<string, Float32Array>({
    maxSize: cacheBytes,
    sizeCalculation: ({ length }, text) => 4 * length + 2 * text.length + 100,
  });
  const misses = new LRUCache<string, true>({ max: 50_000, ttl: missTtlMs });
  let mean: Float32Array | undefined;

  function store(text: string, vector: Float32Array | undefined): void {
    if (vector && mean?.length === vector.length) vectors.set(text, center(mean, vector));
  }

  async function embed(tenantId: string, texts: string[]): Promise<void> {
    const missing = [...new Set(texts)].filter((text) => !vectors.has(text)).slice(0, maxBatch);
    const embedded = missing.length === 0 ? null : await embedder?.embed(tenantId, missing);
    for (const [i, text] of missing.entries()) store(text, embedded?.[i]);
  }

  async function loadVectors(user: UserKey, memories: readonly Memory[]): Promise<void> {
    const uncached = memories.filter(
      ({ content, memory_id }) => !vectors.has(content) && !misses.has(memory_id),
    );
    if (uncached.length === 0) return;
    const ids = uncached.map(({ memory_id }) => memory_id);
    const rows = await asTenant(db, user.tenant_id, (tx) => readEmbeddings(tx, user, ids, model));
    for (const { memory_id, content } of uncached) {
      const vector = rows.get(memory_id);
      if (vector === undefined) misses.set(memory_id, true);
      store(content, vector);
    }
  }

  return {
    model,
    async get(user, memories, texts) {
      mean ??= meanVector(await embedder.embed(user.tenant_id, referenceTexts));
      if (mean === undefined) return undefined;
      await Promise.all([embed(user.tenant_id, texts), loadVectors(user, memories)]);
      return (text) => vectors.get(text) ?? null;
    },
  };
}
