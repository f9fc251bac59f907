import { type Selectable, sql } from 'kysely';
import type { Db } from './connect.ts';
import type { Database } from './schema.ts';

export type DatasetBuild = Selectable<Database['dataset_builds']>;

export async function requestBuild(db: Db, tenantId: string, buildId: string): Promise<void> {
  await db.insertInto('dataset_builds').values({ tenant_id: tenantId, build_id: buildId }).execute();
}

/** The tenant's builds, newest first. */
export function listBuilds(db: Db, tenantId: string, limit: number): Promise<DatasetBuild[]> {
  return db
    .selectFrom('dataset_builds')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('requested_at', 'desc')
    .limit(limit)
    .execute();
}

/**
 * Takes the oldest build that waits, unless one is running: one at a time across replicas. A build that has been
 * running for `staleMs` is taken over, because its trainer must have died.
 */
export async function takeBuild(db: Db, staleMs: number): Promise<DatasetBuild | undefined> {
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('dataset_builds'))`.execute(tx);
    const { rows } = await sql<DatasetBuild>`
      update dataset_builds set status = 'running', started_at = clock_timestamp()
      where (tenant_id, build_id) in (
        select tenant_id, build_id from dataset_builds
        where status in ('queued', 'running') order by status = 'queued', requested_at limit 1
      ) and (status = 'queued' or started_at < clock_timestamp() - make_interval(secs => ${staleMs / 1000}))
      returning *`.execute(tx);
    return rows[0];
  });
}

export async function finishBuild(
  db: Db,
  { tenant_id, build_id }: Pick<DatasetBuild, 'tenant_id' | 'build_id'>,
  outcome: { counts: Record<string, number> } | { error: string },
): Promise<void> {
  const end =
    'error' in outcome
      ? { status: 'failed' as const, error: outcome.error }
      : { status: 'done' as const, counts: JSON.stringify(outcome.counts) };
  await db
    .updateTable('dataset_builds')
    .set({ ...end, finished_at: sql`clock_timestamp()` })
    .where('tenant_id', '=', tenant_id)
    .where('build_id', '=', build_id)
    .execute();
}
