import { type Selectable, sql } from 'kysely';
import type { Db } from '../connect.ts';
import type { Database } from '../schema/database.ts';

export type FineTune = Selectable<Database['fine_tunes']>;
type FineTuneKey = Pick<FineTune, 'tenant_id' | 'dataset_version' | 'provider'>;

/** Idempotent. */
export async function requestFineTune(db: Db, key: FineTuneKey): Promise<void> {
  await db
    .insertInto('fine_tunes')
    .values({ ...key, status: 'uploading' })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'dataset_version', 'provider']).doNothing())
    .execute();
}

export function listDueFineTunes(db: Db): Promise<FineTune[]> {
  return db
    .selectFrom('fine_tunes')
    .selectAll()
    .where('status', 'in', ['uploading', 'running'])
    .where(sql<boolean>`coalesce(retry_at, '-infinity') <= clock_timestamp()`)
    .orderBy('dataset_version')
    .execute();
}

type Progress = Partial<
  Pick<FineTune, 'status' | 'training_file' | 'validation_file' | 'job_id' | 'model_id' | 'error'>
>;

/** It is due again `retryMs` from now. */
export async function updateFineTune(
  db: Db,
  { tenant_id, dataset_version, provider }: FineTuneKey,
  progress: Progress,
  retryMs = 0,
): Promise<void> {
  const retry_at = sql<Date>`clock_timestamp() + make_interval(secs => ${retryMs / 1000})`;
  await db
    .updateTable('fine_tunes')
    .set({ ...progress, retry_at, updated_at: sql`clock_timestamp()` })
    .where('tenant_id', '=', tenant_id)
    .where('dataset_version', '=', dataset_version)
    .where('provider', '=', provider)
    .execute();
}
