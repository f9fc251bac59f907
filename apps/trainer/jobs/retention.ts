import { backgroundLoop } from '@learning-loop/async/background-loop';
import type { Db } from '@learning-loop/db/connect';
import { convertInteractionsToPartitions } from '@learning-loop/db/ddl/convert-to-partitions';
import { analyzeInteractions, createFuturePartitions } from '@learning-loop/db/ddl/partitions';
import { deleteOlder } from '@learning-loop/db/privacy/retention';
import { readDatabaseTime, withAdvisoryLock } from '@learning-loop/db/transactions';
import type { Service } from '@learning-loop/service/service';
import { rewriteSegments } from '@learning-loop/training-log/rewrite';
import { mirrorLog } from '@learning-loop/training-log/s3/mirror';
import type { Config } from '../config.ts';

const dayMs = 24 * 60 * 60 * 1_000;

type RetentionConfig = Pick<Config, 'retentionDays' | 'trainingLog' | 'trainingDataDir'>;

export function runRetention(
  { config, log }: Pick<Service<Config>, 'config' | 'log'>,
  db: Db,
): AsyncDisposable {
  async function run(): Promise<void> {
    const deleted = await withAdvisoryLock(db, 'retention', () =>
      readDatabaseTime(db).then((now) => deleteExpired(db, config, now)),
    );
    if (deleted) log.info(deleted, 'old_data_deleted');
  }
  const onError = (err: unknown) => log.warn({ err }, 'old_data_not_deleted');
  return backgroundLoop(run, { everyMs: dayMs, onError });
}

export async function deleteExpired(db: Db, config: RetentionConfig, now: Date) {
  const { retentionDays, trainingLog, trainingDataDir } = config;
  const cutoff = new Date(now.getTime() - retentionDays * dayMs);
  const rows = await deleteOlder(db, cutoff);
  const oldest = cutoff.toISOString();
  const training_log_records = await rewriteSegments(trainingLog, ({ timestamp }) => timestamp >= oldest);
  await mirrorLog(trainingLog, trainingDataDir);
  return { rows, training_log_records };
}

/** Safe to run in several replicas. */
export async function maintainPartitions(
  { log }: Pick<Service<unknown>, 'log'>,
  db: Db,
  now: Date,
): Promise<void> {
  // Retries a conversion that was interrupted at start.
  if (!(await convertInteractionsToPartitions(db, now))) log.warn('interactions_not_partitioned');
  const created = await createFuturePartitions(db, now);
  if (created.length > 0) log.info({ partitions: created }, 'partitions_made');
  await analyzeInteractions(db);
}
