import { sql } from 'kysely';
import type { Db } from '../connect.ts';
import type { ModelKind, ModelStatus } from '../schema/training.ts';

/** The newest finished dataset of all tenants, and how many builds failed in a row since the last good one. */
export interface DatasetState {
  built_at: Date | null;
  failed_since: number;
}

export async function datasetState(db: Db): Promise<DatasetState> {
  const { rows } = await sql<DatasetState>`
    with good as (select max(finished_at) as at from dataset_builds where status in ('done', 'empty'))
    select (select at from good) as built_at,
      (select count(*)::int from dataset_builds
        where status = 'failed' and finished_at > coalesce((select at from good), '-infinity')) as failed_since`.execute(
    db,
  );
  return rows[0] ?? { built_at: null, failed_since: 0 };
}

/** How many models there are of each kind in each status, over all tenants. */
export function modelCounts(db: Db): Promise<{ kind: ModelKind; status: ModelStatus; models: number }[]> {
  return db
    .selectFrom('models')
    .select(['kind', 'status', sql<number>`count(*)::int`.as('models')])
    .groupBy(['kind', 'status'])
    .execute();
}
