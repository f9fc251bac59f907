import { connectDb, isReachable } from '@learning-loop/db/connect';
import { migrateFirst } from '@learning-loop/db/migrate';
import { consume } from '@learning-loop/queue/consumer/consume';
import { connectPublisher } from '@learning-loop/queue/producer/publisher';
import { queueNotices } from '@learning-loop/queue/producer/queue-memory';
import { errorCode, StartError } from '@learning-loop/service/errors';
import { serveHealth } from '@learning-loop/service/observability/health-server';
import type { Service } from '@learning-loop/service/service';
import { openTrainingLog } from '@learning-loop/training-log/open';
import type { TrainingLog, Written } from '@learning-loop/training-log/training-log';
import type { Logger } from 'pino';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { Config } from './config.ts';
import { createHandlers, discardingHandlers } from './handlers.ts';

function createWriteMetrics(registry: Registry): (written: Written) => void {
  const registers = [registry];
  const bytes = new Counter({
    name: 'learning_loop_training_log_bytes_total',
    help: 'Bytes that are durable in the training log.',
    labelNames: ['log'],
    registers,
  });
  const seconds = new Histogram({
    name: 'learning_loop_training_log_fsync_seconds',
    help: 'Time that one group of lines took to be written and synced to disk.',
    labelNames: ['log'],
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
    registers,
  });
  return (written) => {
    bytes.inc({ log: written.log }, written.bytes);
    seconds.observe({ log: written.log }, written.seconds);
  };
}

async function openLog(directory: string, log: Logger, metrics: Registry): Promise<TrainingLog> {
  return await openTrainingLog(directory, { log, onWritten: createWriteMetrics(metrics) }).catch(
    (cause: unknown) => {
      const code = errorCode(cause);
      if (code === undefined) throw cause;
      const remedy = 'set TRAINING_DATA_DIR to a directory that can be written';
      throw new StartError(`The training log in ${directory} cannot be opened (${code}); ${remedy}.`, {
        cause,
      });
    },
  );
}

export async function start(service: Service<Config>): Promise<void> {
  const { config, log, metrics, use } = service;
  const { training_log: role } = await migrateFirst(config.databaseUrl, 'training_log');
  const session = { name: 'training-log-worker', role, leavesSilentServer: true };
  const db = use(connectDb(config.databaseUrl, session), 'database');
  const publisher = use(connectPublisher(config, log, metrics), 'publisher');
  const handlers = config.collect
    ? createHandlers(use(await openLog(config.trainingDataDir, log, metrics), 'training log'))
    : discardingHandlers;
  use(consume(service, db, publisher, 'training-log', handlers, config), 'consumer');
  await serveHealth(service, { postgres: () => isReachable(db) }, () => queueNotices(publisher));
}
