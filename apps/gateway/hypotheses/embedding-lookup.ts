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

/** What texts mean by the embedding model. */
export interface EmbeddingLookup {
  /** Its name; null without a model. */
  model: string | null;
  /**
   * The vectors of a user's memories, as far as they are embedded, and of texts, those that are not known in one call
   * of the model, the first of them if they are many. Undefined without a model, or while it does not answer.
   */
  get(user: UserKey, memories: Memory[], texts: string[]): Promise<EmbeddingOf | undefined>;
}

/** Bytes that vectors take in this process. */
const cacheBytes = 64e6;
/** So long a memory that has no vector yet is not looked up again. */
const missTtlMs = 5_000;

export function createEmbeddingLookup(db: Db, embedder: Embedder | null): EmbeddingLookup {
  if (embedder === null) return { model: null, get: async () => undefined };
  const { model } = embedder;
  const vectors = new LRUCache<string, Float32Array>({
    maxSize: cacheBytes,
    sizeCalculation: ({ length }, text) => 4 * length + 2 * text.length + 100,
  });
  const absent = new LRUCache<string, true>({ max: 50_000, ttl: missTtlMs });
  let middle: Float32Array | undefined;

  function keep(text: string, vector: Float32Array | undefined): void {
    if (vector && middle?.length === vector.length) vectors.set(text, center(middle, vector));
  }

  async function embed(tenantId: string, texts: string[]): Promise<void> {
    const asked = [...new Set(texts)].filter((text) => !vectors.has(text)).slice(0, maxBatch);
    const embedded = asked.length === 0 ? null : await embedder?.embed(tenantId, asked);
    for (const [i, text] of asked.entries()) keep(text, embedded?.[i]);
  }

  async function look(user: UserKey, memories: Memory[]): Promise<void> {
    const wanted = memories.filter(
      ({ content, memory_id }) => !vectors.has(content) && !absent.has(memory_id),
    );
    if (wanted.length === 0) return;
    const ids = wanted.map(({ memory_id }) => memory_id);
    const found = await asTenant(db, user.tenant_id, (tx) => readEmbeddings(tx, user, ids, model));
    for (const { memory_id, content } of wanted) {
      const vector = found.get(memory_id);
      if (vector === undefined) absent.set(memory_id, true);
      keep(content, vector);
    }
  }

  return {
    model,
    async get(user, memories, texts) {
      middle ??= meanVector(await embedder.embed(user.tenant_id, referenceTexts));
      if (middle === undefined) return undefined;
      await Promise.all([embed(user.tenant_id, texts), look(user, memories)]);
      return (text) => vectors.get(text) ?? null;
    },
  };
}
