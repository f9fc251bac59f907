import { sql } from 'kysely';
import type { Db } from './connect.ts';

/**
 * The models of a tenant that have learned from these versions of its datasets; each is marked, so that it is made
 * anew without the users who were erased.
 */
export async function markForRetraining(db: Db, tenantId: string, versions: string[]): Promise<string[]> {
  if (versions.length === 0) return [];
  const mark = JSON.stringify({ retrain: 'A user it has learned from was erased.' });
  const marked = await db
    .updateTable('models')
    .set({ metrics: sql`metrics || ${mark}::jsonb`, changed_at: sql`clock_timestamp()` })
    .where('tenant_id', '=', tenantId)
    .where('dataset_version', 'in', versions)
    .returning('model_id')
    .execute();
  return marked.map(({ model_id }) => model_id);
}
