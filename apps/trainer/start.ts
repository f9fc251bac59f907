import { accessSync, constants } from 'node:fs';
import { longStatements } from '@learning-loop/db/client/session-limits';
import { connectDb, type Db, isReachable } from '@learning-loop/db/connect';
import { migrate } from '@learning-loop/db/migrate';
import { listTenantsWithSelections, requestBuild } from '@learning-loop/db/training/dataset-builds';
import { readDatabaseTime } from '@learning-loop/db/transactions';
import { newId } from '@learning-loop/events/ids';
import { connectFineTuning } from '@learning-loop/llm/fine-tuning';
import { connectPublisher } from '@learning-loop/queue/producer/publisher';
import { queueNotices } from '@learning-loop/queue/producer/queue-memory';
import { sweep } from '@learning-loop/queue/producer/sweeper';
import { schedule } from '@learning-loop/queue/schedule';
import { errorCode, StartError } from '@learning-loop/service/errors';
import { makeDirectory } from '@learning-loop/service/make-directory';
import { serveHealth } from '@learning-loop/service/observability/health-server';
import type { Service } from '@learning-loop/service/service';
import type { Config } from './config.ts';
import { registerDatabaseMetrics } from './database-metrics.ts';
import { runDatasetBuilds } from './jobs/dataset-builds.ts';
import { runErasures } from './jobs/erasures.ts';
import { monitorExperiments } from './jobs/experiments.ts';
import { pollFineTunes } from './jobs/fine-tunes.ts';
import { maintainPartitions, runRetention } from './jobs/retention.ts';

const everyNight = '30 2 * * *';
const sweeping = { everyMs: 1_000, graceMs: 5_000, limit: 1_000 };

export async function start(service: Service<Config>): Promise<void> {
  const { config, log, metrics, use } = service;
  requireDatasetsDirectory(config.trainingDataDir);
  const session = { name: 'trainer', leavesSilentServer: true, limits: longStatements };
  const db = use(connectDb(config.databaseUrl, session), 'database');
  await migrate(db);
  const publisher = use(connectPublisher(config, log, metrics), 'publisher');
  use(sweep(service, db, publisher, sweeping), 'sweeper');
  use(
    schedule(service, 'trainer', config.cron, () => requestBuilds(db), config),
    'schedule',
  );
  const keepPartitioned = async () => maintainPartitions(service, db, await readDatabaseTime(db));
  use(schedule(service, 'trainer-partitions', everyNight, keepPartitioned, config), 'partitions');
  use(runDatasetBuilds(service, db), 'builds');
  use(monitorExperiments(service, db), 'experiments');
  const { fineTune, trainingDataDir } = config;
  if (fineTune) {
    const tuner = { api: connectFineTuning(fineTune), baseModel: fineTune.baseModel, trainingDataDir, log };
    use(pollFineTunes(tuner, db), 'fine-tunes');
  }
  use(runErasures(service, db), 'erasures');
  if (config.retentionDays > 0) use(runRetention(service, db), 'retention');
  registerDatabaseMetrics(service, db);
  await serveHealth(service, { postgres: () => isReachable(db) }, () => queueNotices(publisher));
}

/** Now, rather than at the first build. */
function requireDatasetsDirectory(directory: string): void {
  try {
    makeDirectory(directory);
    accessSync(directory, constants.W_OK);
  } catch (cause) {
    throw new StartError(
      `The datasets cannot be written to ${directory} (${errorCode(cause)}); set TRAINING_DATA_DIR, or DATASETS_DIR beside S3, to a directory that can.`,
      { cause },
    );
  }
}

async function requestBuilds(db: Db): Promise<void> {
  for (const tenant of await listTenantsWithSelections(db)) await requestBuild(db, tenant, newId());
}
