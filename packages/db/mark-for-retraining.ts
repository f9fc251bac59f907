import { sql } from 'kysely';
import type { Db } from './connect.ts';

/** Versions of a tenant's datasets. */
interface Versions {
  /** Those that a user is known to be in. */
  with: string[];
  /** Those that are still there; of older ones nobody can say whom they held. */
  kept: string[];
}

/**
 * The models of a tenant that have learned from a user, or may have: from a dataset that held the user, or from one
 * that is gone. Each is marked, so that it is made anew without the user.
 */
export async function markForRetraining(db: Db, tenantId: string, versions: Versions): Promise<string[]> {
  const mark = JSON.stringify({ retrain: 'A user it has learned from was erased.' });
  const marked = await db
    .updateTable('models')
    .set({ metrics: sql`metrics || ${mark}::jsonb`, changed_at: sql`clock_timestamp()` })
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`dataset_version = any(${versions.with}) or dataset_version <> all(${versions.kept})`)
    .returning('model_id')
    .execute();
  return marked.map(({ model_id }) => model_id).sort();
}
