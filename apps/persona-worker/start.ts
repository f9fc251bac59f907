import { connectDb, isReachable } from '@learning-loop/db/connect';
import { migrateFirst } from '@learning-loop/db/migrate';
import { connectLlm } from '@learning-loop/llm/model';
import { consume } from '@learning-loop/queue/consumer/consume';
import { connectPublisher } from '@learning-loop/queue/producer/publisher';
import { queueNotices } from '@learning-loop/queue/producer/queue-memory';
import { serveHealth } from '@learning-loop/service/observability/health-server';
import type { Service } from '@learning-loop/service/service';
import type { Config } from './config.ts';
import { createModelHandlers, createRuleHandlers } from './handlers.ts';

export async function start(service: Service<Config>): Promise<void> {
  const { config, log, metrics, use } = service;
  const { persona: role } = await migrateFirst(config.databaseUrl, 'persona');
  const session = { name: 'persona-worker', role, leavesSilentServer: true };
  const db = use(connectDb(config.databaseUrl, session), 'database');
  const publisher = use(connectPublisher(config, log, metrics), 'publisher');
  const llm = use(connectLlm(config.llm, log, metrics), 'llm');
  const deciding = { llm, windowMs: config.windowMs };
  const handlers =
    config.llm.impl === 'rules' ? createRuleHandlers(deciding) : createModelHandlers(db, deciding);
  use(consume(service, db, publisher, 'persona', handlers, config), 'consumer');
  await serveHealth(service, { postgres: () => isReachable(db) }, () => queueNotices(publisher));
}
