import { connectDb } from '@learning-loop/db/connect';
import { migrateFirst } from '@learning-loop/db/migrate';
import { answerProbes } from '@learning-loop/queue/answer-probes';
import { consume } from '@learning-loop/queue/consume';
import { connectPublisher } from '@learning-loop/queue/publish';
import type { Service } from '@learning-loop/service/service';
import type { Config } from './config.ts';
import { remember } from './remember.ts';

export async function start(service: Service<Config>): Promise<void> {
  const { config, log, metrics, use } = service;
  await migrateFirst(config.databaseUrl);
  const role = 'learning_loop_memory';
  const db = use(connectDb(config.databaseUrl, { name: 'memory-worker', role }), 'database');
  const publisher = use(connectPublisher(config, log, metrics), 'publisher');
  use(consume(service, db, publisher, 'memory', { 'hypothesis.selected': remember }, config), 'consumer');
  await answerProbes(service, db);
}
