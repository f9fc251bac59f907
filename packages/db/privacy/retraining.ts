import { sql } from 'kysely';
import type { Db } from '../connect.ts';

/** Versions of a tenant's datasets. */
interface Versions {
  /** Those that a user is known to be in. */
  with: string[];
  /** Those that are still there; of older ones nobody can say whom they held. */
  kept: string[];
}

const mark = JSON.stringify({ retrain: 'A user it has learned from was erased.' });

/**
 * The models of a tenant that have learned from a user, or may have: from a dataset that held the user, or from one
 * that is gone. Each is marked, so that it is made anew without the user.
 */
export async function markForRetraining(db: Db, tenantId: string, versions: Versions): Promise<string[]> {
  const marked = await db
    .updateTable('models')
    .set({ metrics: sql`metrics || ${mark}::jsonb`, changed_at: sql`clock_timestamp()` })
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`dataset_version = any(${versions.with}) or dataset_version <> all(${versions.kept})`)
    .returning('model_id')
    .execute();
  return marked.map(({ model_id }) => model_id).sort();
}

/**
 * For a model that was in the making while somebody in its dataset was erased: it is marked, and named in that receipt,
 * too. To be called once the model is registered.
 */
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
    update models set metrics = metrics || ${mark}::jsonb
    where tenant_id = ${tenantId} and model_id = ${modelId} and exists (select from receipts)`.execute(db);
}
