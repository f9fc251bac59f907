import { connectDb, isReachable } from '@learning-loop/db/connect';
import { migrateFirst } from '@learning-loop/db/migrate';
import { connectEmbedder } from '@learning-loop/llm/embeddings/embed';
import { consume } from '@learning-loop/queue/consumer/consume';
import type { Handlers } from '@learning-loop/queue/consumer/process-events';
import { connectPublisher } from '@learning-loop/queue/producer/publisher';
import { queueNotices } from '@learning-loop/queue/producer/queue-memory';
import { serveHealth } from '@learning-loop/service/observability/health-server';
import type { Service } from '@learning-loop/service/service';
import type { Config } from './config.ts';
import { embedMemories } from './embed-memories.ts';
import { extractMemories } from './extract-memories.ts';

/** Long: no request waits for it. */
const embeddingTimeoutMs = 30_000;

export async function start(service: Service<Config>): Promise<void> {
  const { config, log, metrics, use } = service;
  const { memory: role } = await migrateFirst(config.databaseUrl, 'memory');
  const session = { name: 'memory-worker', role, leavesSilentServer: true };
  const db = use(connectDb(config.databaseUrl, session), 'database');
  const publisher = use(connectPublisher(config, log, metrics), 'publisher');
  const { embedding } = config;
  const handlers: Handlers<'memory'> = {
    'hypothesis.selected': (events, context) => extractMemories(events, context, embedding !== null),
  };
  use(consume(service, db, publisher, 'memory', handlers, config), 'consumer');
  if (embedding) {
    const embedder = use(
      connectEmbedder({ ...embedding, timeoutMs: embeddingTimeoutMs }, log, metrics),
      'embedder',
    );
    use(embedMemories(service, db, embedder), 'embeddings');
  }
  await serveHealth(service, { postgres: () => isReachable(db) }, () => queueNotices(publisher));
}
