import { minUuidAt } from '@learning-loop/events/ids';
import { sql } from 'kysely';
import type { Db } from '../connect.ts';
import { withinTransaction } from '../transactions.ts';

/** What became of the displays of one span of time that one model made. */
export interface Activity {
  /** Beginning of the span, seconds since 1970. */
  bucket: number;
  /** Who proposed, and who ranked unless that is the shipped ranker. */
  model_id: string;
  shown: number;
  /** Decided: picked one, or none of these. */
  decided: number;
  picked: number;
  first_place: number;
  auto_advance: number;
  /** Shown as safe to go on with, and decided. */
  auto_decided: number;
  /** Of these, where the user chose something else than was recommended. */
  overridden: number;
}

/**
 * A tenant's displays since a time, in buckets of so many seconds. Ids hold the time, so only these rows are read;
 * cancelled after 5 s.
 */
export async function activitySince(
  db: Db,
  tenantId: string,
  { since, bucketSeconds }: { since: Date; bucketSeconds: number },
): Promise<Activity[]> {
  return await withinTransaction(db, async (tx) => {
    await sql`set local statement_timeout = 5000`.execute(tx);
    const { rows } = await sql<Activity>`
      select (floor(extract(epoch from i.created_at) / ${bucketSeconds}) * ${bucketSeconds})::float8 as bucket,
        case when i.ranker_id = 'shipped' then i.model_id else i.model_id || ', ' || i.ranker_id end as model_id,
        count(*)::int as shown,
        count(s.event_id)::int as decided,
        count(s.selected_id)::int as picked,
        count(*) filter (where s.selected_id = i.hypotheses -> 0 ->> 'id')::int as first_place,
        count(*) filter (where i.auto_advance)::int as auto_advance,
        count(s.event_id) filter (where i.auto_advance)::int as auto_decided,
        count(s.event_id) filter (where i.auto_advance and s.selected_id is distinct from (
          select option ->> 'id' from jsonb_array_elements(i.hypotheses) as option
          order by (option ->> 'score')::float8 desc limit 1))::int as overridden
      from interactions i
      left join selections s on s.tenant_id = i.tenant_id and s.interaction_id = i.interaction_id
      where i.tenant_id = ${tenantId} and i.interaction_id >= ${minUuidAt(since)}::uuid
      group by 1, 2 order by 1`.execute(tx);
    return rows;
  });
}
