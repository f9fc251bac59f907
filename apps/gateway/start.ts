import { connectDb, type Db, isReachable } from '@learning-loop/db/connect';
import { migrate } from '@learning-loop/db/migrate';
import { createBudget } from '@learning-loop/llm/budget';
import { connectEmbedder } from '@learning-loop/llm/embeddings/embed';
import type { Llm } from '@learning-loop/llm/llm';
import { connectLlm } from '@learning-loop/llm/model';
import { connectPublisher } from '@learning-loop/queue/producer/publisher';
import { toListenError } from '@learning-loop/service/errors';
import type { Service } from '@learning-loop/service/service';
import { requireKeys } from './auth/authenticate.ts';
import type { Config } from './config.ts';
import { createEmbeddingLookup, type EmbeddingLookup } from './hypotheses/embedding-lookup.ts';
import { createServer } from './server.ts';

type Host = Pick<Service<Config>, 'config' | 'log' | 'metrics' | 'use'>;

/** Both models share a tenant's budget. */
export function connectModels(
  { config, log, metrics, use }: Host,
  db: Db,
): { llm: Llm; embeddings: EmbeddingLookup } {
  const budget = createBudget(config.spending);
  const llm = use(connectLlm(config.llm, log, metrics, budget), 'llm');
  const embedder =
    config.embedding && use(connectEmbedder(config.embedding, log, metrics, budget), 'embedder');
  return { llm, embeddings: createEmbeddingLookup(db, embedder) };
}

const connections = 20;
/** Requests must be answered within 1 s even if the database is down; detection takes up to 200 ms more. */
const serverTimeoutMs = 700;

export async function start(service: Service<Config>): Promise<void> {
  const { config, log, metrics, use } = service;
  const role = await prepare(config);
  const db = use(
    connectDb(config.databaseUrl, {
      name: 'gateway',
      role,
      max: connections,
      serverTimeoutMs,
    }),
    'database',
  );
  // Opens all connections before the first request.
  await Promise.all(Array.from({ length: connections }, () => isReachable(db)));
  const publisher = use(connectPublisher(config, log, metrics), 'publisher');
  const models = connectModels(service, db);
  const server = use(await createServer({ config, db, ...models, log, metrics, publisher }), 'http');
  const { host, port } = config;
  const url = await server.listen({ host, port }).catch((error: unknown) => {
    throw toListenError(error, host, port);
  });
  log.info({ url }, 'listening');
}

/**
 * Resolves with the role for statements that batch several tenants; everything else runs as the tenant role. Its
 * connection has no server timeout: no request is waiting yet.
 */
async function prepare(config: Config): Promise<string> {
  await using db = connectDb(config.databaseUrl, { name: 'gateway', max: 1 });
  const { gateway } = await migrate(db, 'gateway');
  await requireKeys(db, config);
  return gateway;
}
