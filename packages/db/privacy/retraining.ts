import { sql } from 'kysely';
import type { Db } from '../connect.ts';

interface DatasetVersions {
  /** Known to contain the user. */
  with: string[];
  /** Still stored: whom older ones contained is unknown. */
  kept: string[];
}

const retrainMark = JSON.stringify({ retrain: 'A user it has learned from was erased.' });

/** Marks models trained on a dataset that contained the user or that is gone; returns their ids. */
export async function markForRetraining(
  db: Db,
  tenantId: string,
  versions: DatasetVersions,
): Promise<string[]> {
  const marked = await db
    .updateTable('models')
    .set({ metrics: sql`metrics || ${retrainMark}::jsonb`, changed_at: sql`clock_timestamp()` })
    .where('tenant_id', '=', tenantId)
    .where('dataset_version', 'is not', null)
    .where(
      sql<boolean>`(dataset_version = any(${versions.with}) or dataset_version <> all(${versions.kept}))`,
    )
    .returning('model_id')
    .execute();
  return marked.map(({ model_id }) => model_id).sort();
}

/** Call after registering a model: a user in its dataset may have been erased meanwhile, whose receipt names it, too. */
export async function markIfErasedMeanwhile(db: Db, tenantId: string, modelId: string): Promise<void> {
  await sql`
    with model as (
      select model_id, dataset_version from models where tenant_id = ${tenantId} and model_id = ${modelId}
    ), receipts as (
      update erasures set receipt = jsonb_set(receipt, '{models}', receipt->'models' || to_jsonb(model_id))
      from model
      where tenant_id = ${tenantId} and not receipt->'models' ? model_id and exists (
        select from jsonb_object_keys(receipt->'dataset_samples') as file
        where starts_with(file, dataset_version || '/'))
      returning erasure_id
    )
    update models set metrics = metrics || ${retrainMark}::jsonb
    where tenant_id = ${tenantId} and model_id = ${modelId} and exists (select from receipts)`.execute(db);
}
