import { connectDb } from '@learning-loop/db/connect';
import { migrateFirst } from '@learning-loop/db/migrate';
import { answerProbes } from '@learning-loop/queue/answer-probes';
import { consume } from '@learning-loop/queue/consumer/consume';
import { connectPublisher } from '@learning-loop/queue/producer/publisher';
import { errorCode, StartError } from '@learning-loop/service/errors';
import type { Service } from '@learning-loop/service/service';
import { openTrainingLog, type TrainingLog } from '@learning-loop/training-log/disk/writer';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Config } from './config.ts';
import { discard, recorder } from './handlers.ts';
import { logMetrics } from './log-metrics.ts';

async function open(directory: string, log: Logger, metrics: Registry): Promise<TrainingLog> {
  return await openTrainingLog(directory, { log, onWritten: logMetrics(metrics) }).catch((cause: unknown) => {
    const code = errorCode(cause);
    if (code === undefined) throw cause;
    const remedy = 'set TRAINING_DATA_DIR to a directory that can be written';
    throw new StartError(`The training log in ${directory} cannot be opened (${code}); ${remedy}.`, {
      cause,
    });
  });
}

export async function start(service: Service<Config>): Promise<void> {
  const { config, log, metrics, use } = service;
  await migrateFirst(config.databaseUrl);
  const role = 'learning_loop_training_log';
  const db = use(connectDb(config.databaseUrl, { name: 'training-log-worker', role }), 'database');
  const publisher = use(connectPublisher(config, log, metrics), 'publisher');
  const handlers = config.collect
    ? recorder(use(await open(config.trainingDataDir, log, metrics), 'training log'))
    : discard;
  use(consume(service, db, publisher, 'training-log', handlers, config), 'consumer');
  await answerProbes(service, db);
}
