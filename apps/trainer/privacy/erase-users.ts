import type { Db } from '@learning-loop/db/connect';
import {
  finishErasure,
  type PendingErasure,
  recordErasureError,
  requirePending,
} from '@learning-loop/db/privacy/erasures';
import { markForRetraining } from '@learning-loop/db/privacy/retraining';
import { deleteUserRows, renewStatistics, vacuum } from '@learning-loop/db/privacy/user-data';
import type { ErasureReceipt } from '@learning-loop/db/schema/database';
import { readDatabaseTime, waitForBuilds, waitForOlderTransactions } from '@learning-loop/db/transactions';
import { type UserKey, userKey } from '@learning-loop/events/ids';
import { rewriteSegments } from '@learning-loop/training-log/rewrite';
import { mirrorLog } from '@learning-loop/training-log/s3/mirror';
import type { Config } from '../config.ts';
import { datasetsDirectory, listVersions } from '../dataset/storage.ts';
import { eraseFromDatasets } from './erase-from-datasets.ts';

type TrainingPaths = Pick<Config, 'trainingLog' | 'trainingDataDir'>;

const transactionsEndMs = 30_000;
const buildsEndMs = 60 * 60 * 1_000;

/**
 * Idempotent. The order ensures completeness: the database once nothing more is accepted, the log once nobody can
 * hold rows deleted before, then everything derived from the log.
 */
export async function eraseUsers(db: Db, paths: TrainingPaths, erasures: PendingErasure[]): Promise<void> {
  const { trainingLog, trainingDataDir } = paths;
  await waitForOlderTransactions(db, transactionsEndMs);
  const rows = new Map<string, Record<string, number>>();
  for (const erasure of erasures) rows.set(erasure.erasure_id, await deleteUserRows(db, erasure));
  await renewStatistics(db);
  await waitForOlderTransactions(db, transactionsEndMs);
  // After the wait: what a transaction may still see stays in the files.
  await vacuum(db, listTouched(rows));

  const records = await eraseFromLog(db, trainingLog, erasures);
  await waitForBuilds(db, await readDatabaseTime(db), buildsEndMs);
  await mirrorLog(trainingLog, trainingDataDir);
  await requirePending(db, erasures);
  const datasets = await eraseFromDatasets(trainingDataDir, erasures);
  for (const erasure of erasures) {
    const erased = {
      rows: rows.get(erasure.erasure_id) ?? {},
      training_log_records: records.get(userKey(erasure)) ?? 0,
      dataset_samples: datasets.get(userKey(erasure)) ?? {},
    };
    const models = await markModels(db, trainingDataDir, erasure.tenant_id, erased);
    await finishErasure(db, erasure, { ...erased, models });
  }
  // Until now it held the user's name.
  await vacuum(db, ['erasures']);
}

/** The planner's statistics are rows of a table, too. */
function listTouched(rows: Map<string, Record<string, number>>): string[] {
  const counts = [...rows.values()].flatMap((of) => Object.entries(of));
  const touched = counts.filter(([, count]) => count > 0).map(([table]) => table);
  return touched.length === 0 ? [] : [...new Set(touched), 'pg_statistic'];
}

async function markModels(
  db: Db,
  trainingDataDir: string,
  tenantId: string,
  { rows, training_log_records, dataset_samples }: Omit<ErasureReceipt, 'models'>,
): Promise<string[]> {
  const counts = [...Object.values(rows), ...Object.values(dataset_samples), training_log_records];
  if (counts.every((count) => count === 0)) return [];
  const kept = await listVersions(datasetsDirectory(trainingDataDir, tenantId));
  return markForRetraining(db, tenantId, { with: toVersions(dataset_samples), kept });
}

/** Returns the number of removed records, by `userKey`. */
async function eraseFromLog(
  db: Db,
  directory: string,
  erasures: PendingErasure[],
): Promise<Map<string, number>> {
  const records = new Map(erasures.map((erasure) => [userKey(erasure), new Set<string>()]));
  const keep = (record: UserKey & { event_id: string }) => {
    const ids = records.get(userKey(record));
    // Segments are read twice, to count and to copy.
    ids?.add(record.event_id);
    return ids === undefined;
  };
  await rewriteSegments(directory, keep, { before: () => requirePending(db, erasures) });
  return new Map([...records].map(([user, ids]) => [user, ids.size]));
}

const toVersions = (files: object): string[] => [
  ...new Set(Object.keys(files).map((file) => file.split('/', 1)[0] ?? '')),
];

export async function recordFailure(db: Db, erasures: PendingErasure[], error: unknown): Promise<void> {
  for (const erasure of erasures) await recordErasureError(db, erasure, String(error));
}
