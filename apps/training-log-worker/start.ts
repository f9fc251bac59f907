import { connectDb } from '@learning-loop/db/connect';
import { migrate } from '@learning-loop/db/migrate';
import { answerProbes } from '@learning-loop/queue/answer-probes';
import { consume } from '@learning-loop/queue/consume';
import { connectPublisher } from '@learning-loop/queue/publish';
import type { Service } from '@learning-loop/service/service';
import { openTrainingLog } from '@learning-loop/training-log/append';
import type { Config } from './config.ts';
import { discard, recorder } from './record.ts';

export async function start(service: Service<Config>): Promise<void> {
  const { config, log, metrics, use } = service;
  const db = use(connectDb(config.databaseUrl, { name: 'training-log-worker' }), 'database');
  await migrate(db);
  const publisher = use(connectPublisher(config, log, metrics), 'publisher');
  const handlers = config.collect
    ? recorder(use(await openTrainingLog(config.trainingDataDir, { log }), 'training log'))
    : discard;
  use(consume(service, db, publisher, 'training-log', handlers, config), 'consumer');
  await answerProbes(service, db);
}
