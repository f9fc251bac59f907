import { type Selectable, sql } from 'kysely';
import type { Db } from '../connect.ts';
import type { Database } from '../schema/database.ts';

export type DatasetBuild = Selectable<Database['dataset_builds']>;
type BuildKey = Pick<DatasetBuild, 'tenant_id' | 'build_id' | 'attempt'>;

export async function requestBuild(db: Db, tenantId: string, buildId: string): Promise<void> {
  await db.insertInto('dataset_builds').values({ tenant_id: tenantId, build_id: buildId }).execute();
}

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
 * One build runs at a time, across replicas, of the tenant that was served longest ago. Without a heartbeat for `silentMs` it is restarted.
 */
export async function takeBuild(db: Db, silentMs: number): Promise<DatasetBuild | undefined> {
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('dataset_builds'))`.execute(tx);
    const { rows } = await sql<DatasetBuild>`
      update dataset_builds
      set status = 'running', started_at = clock_timestamp(), beat_at = clock_timestamp(), attempt = attempt + 1
      where (tenant_id, build_id) in (
        select tenant_id, build_id from dataset_builds as waiting
        where status in ('queued', 'running')
        order by status = 'queued', (
          select coalesce(max(started_at), '-infinity') from dataset_builds as served
          where served.tenant_id = waiting.tenant_id), requested_at
        limit 1
      ) and (status = 'queued' or beat_at is null
        or beat_at < clock_timestamp() - make_interval(secs => ${silentMs / 1000}))
      returning *`.execute(tx);
    return rows[0];
  });
}

const updateRunning = (db: Db, { tenant_id, build_id, attempt }: BuildKey) =>
  db
    .updateTable('dataset_builds')
    .where('tenant_id', '=', tenant_id)
    .where('build_id', '=', build_id)
    .where('attempt', '=', attempt)
    .where('status', '=', 'running');

/** Rejects when another trainer has taken over the build. */
export async function heartbeatBuild(db: Db, build: BuildKey, step?: string): Promise<void> {
  const { numUpdatedRows } = await updateRunning(db, build)
    .set({ beat_at: sql`clock_timestamp()`, ...(step === undefined ? {} : { step }) })
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new Error('Another trainer has taken this build over.');
}

export type BuildOutcome =
  | { status: 'done'; version: string; counts: Record<string, number>; notes: string[] }
  | { status: 'empty' | 'failed'; error: string };

/** No effect if another trainer has taken over the build. */
export async function finishBuild(db: Db, build: BuildKey, outcome: BuildOutcome): Promise<void> {
  const { status } = outcome;
  const end =
    status === 'done'
      ? {
          version: outcome.version,
          counts: JSON.stringify(outcome.counts),
          notes: sql<string[]>`${JSON.stringify(outcome.notes)}::jsonb`,
        }
      : { error: outcome.error };
  await updateRunning(db, build)
    .set({ status, ...end, step: null, finished_at: sql`clock_timestamp()` })
    .execute();
}

export interface DueDatasetBuild {
  tenant_id: string;
  new_picks: number;
}

/** Due after `minNew` selections, and a tenth of what the last build read: rereading a large log has to pay off. */
export async function findDueDatasetBuilds(
  db: Db,
  minNew: number,
  restMs: number,
): Promise<DueDatasetBuild[]> {
  const { rows } = await sql<DueDatasetBuild>`
    with recursive tenants(tenant_id) as (
      (select tenant_id from selections order by tenant_id limit 1)
      union all
      select (select s.tenant_id from selections s where s.tenant_id > t.tenant_id order by s.tenant_id limit 1)
      from tenants t where t.tenant_id is not null
    ), last as (
      select t.tenant_id, b.started_at, greatest(${minNew}, (b.counts->>'records')::float8 / 10) as wanted
      from tenants t left join lateral (
        select * from dataset_builds where tenant_id = t.tenant_id order by requested_at desc limit 1
      ) b on true
      where t.tenant_id is not null and (b.status is null or b.status in ('done', 'empty', 'failed')
        and b.finished_at < clock_timestamp() - make_interval(secs => ${restMs / 1000}))
    ), counted as (
      select last.*, (
        select count(*)::int from (
          select from selections s
          where s.tenant_id = last.tenant_id and (last.started_at is null or s.selected_at > last.started_at)
          limit ceil(last.wanted)::bigint
        ) as newer
      ) as new_picks from last
    )
    select tenant_id, new_picks from counted where new_picks >= wanted`.execute(db);
  return rows;
}

export async function listTenantsWithSelections(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('selections').select('tenant_id').distinct().execute();
  return rows.map(({ tenant_id }) => tenant_id);
}
