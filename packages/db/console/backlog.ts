import type { Consumer } from '@learning-loop/events/routes';
import { sql } from 'kysely';
import type { Db } from '../connect.ts';
import type { ModelKind, ModelStatus } from '../schema/training.ts';

export interface PendingCount {
  consumer: Consumer;
  pending: number;
  oldest_ms: number;
}

/** Consumers without pending events are absent. */
export async function pendingByConsumer(db: Db): Promise<PendingCount[]> {
  const { rows } = await sql<PendingCount>`
    select consumer, count(*)::int as pending,
      (extract(epoch from clock_timestamp() - min(created_at)) * 1000)::float8 as oldest_ms
    from outbox, unnest(pending) as consumer group by consumer`.execute(db);
  return rows;
}

/** Consumers without dead letters are absent. */
export async function deadLettersByConsumer(
  db: Db,
  tenantId?: string,
): Promise<{ consumer: Consumer; dead: number }[]> {
  const counts = db
    .selectFrom('dead_letters')
    .select(['consumer', sql<number>`count(*)::int`.as('dead')])
    .groupBy('consumer');
  return await (tenantId === undefined ? counts : counts.where('tenant_id', '=', tenantId)).execute();
}

/** May contain personal data. */
export async function findDeadLetterPayload(db: Db, tenantId: string, id: string): Promise<unknown> {
  const deadLetter = await db
    .selectFrom('dead_letters')
    .select('payload')
    .where('tenant_id', '=', tenantId)
    .where('dead_letter_id', '=', id)
    .executeTakeFirst();
  return deadLetter?.payload;
}

/** Over all tenants; `failed_since` counts builds since the last successful one. */
export interface DatasetState {
  built_at: Date | null;
  failed_since: number;
}

export async function loadDatasetState(db: Db): Promise<DatasetState> {
  const { rows } = await sql<DatasetState>`
    with good as (select max(finished_at) as at from dataset_builds where status in ('done', 'empty'))
    select (select at from good) as built_at,
      (select count(*)::int from dataset_builds
        where status = 'failed' and finished_at > coalesce((select at from good), '-infinity')) as failed_since`.execute(
    db,
  );
  return rows[0] ?? { built_at: null, failed_since: 0 };
}

export function countModels(db: Db): Promise<{ kind: ModelKind; status: ModelStatus; models: number }[]> {
  return db
    .selectFrom('models')
    .select(['kind', 'status', sql<number>`count(*)::int`.as('models')])
    .groupBy(['kind', 'status'])
    .execute();
}
