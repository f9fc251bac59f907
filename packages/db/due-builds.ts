import { sql } from 'kysely';
import type { Db } from './connect.ts';

/** A tenant whose log has grown enough to build anew. */
export interface DueBuild {
  tenant_id: string;
  new_picks: number;
}

/**
 * The tenants with at least `minNew` picks since their last build began, and a tenth of what that one read: the more
 * is known, the more it takes to be worth reading all again. None that has a build under way or one younger than
 * `restMs`.
 */
export async function dueBuilds(db: Db, minNew: number, restMs: number): Promise<DueBuild[]> {
  const { rows } = await sql<DueBuild>`
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

/** Every tenant that has picks; the scheduled build is theirs. */
export async function tenantsWithPicks(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('selections').select('tenant_id').distinct().execute();
  return rows.map(({ tenant_id }) => tenant_id);
}

/** Users of the tenant who are not to be learned from: those who said so, and those who are being erased. */
export async function usersNotToLearnFrom(db: Db, tenantId: string): Promise<string[]> {
  const optedOut = db
    .selectFrom('user_settings')
    .select('user_id')
    .where('tenant_id', '=', tenantId)
    .where('training_opt_out', '=', true);
  const erased = db
    .selectFrom('erasures')
    .select((e) => e.ref('user_id').$notNull().as('user_id'))
    .where('tenant_id', '=', tenantId)
    .where('user_id', 'is not', null);
  const rows = await optedOut.union(erased).execute();
  return rows.map(({ user_id }) => user_id);
}
