import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Db } from '@learning-loop/db/connect';
import type { Llm } from '@learning-loop/llm/llm';
import type { Publisher } from '@learning-loop/queue/producer/publisher';
import type { Service } from '@learning-loop/service/service';
import type { Config } from './config.ts';
import type { Comparer } from './hypotheses/comparer.ts';
import type { EmbeddingLookup } from './hypotheses/embedding-lookup.ts';
import type { MemoryArchive } from './hypotheses/memory-archive.ts';

export interface GatewayContext extends Pick<Service<Config>, 'config' | 'log' | 'metrics'> {
  db: Db;
  llm: Llm;
  comparer: Comparer;
  embeddings: EmbeddingLookup;
  archive: MemoryArchive;
  publisher: Publisher;
}

export type RouteGroup = (gateway: GatewayContext) => FastifyPluginAsyncTypebox;
