import { minUuidAt } from '@learning-loop/events/ids';
import { sql } from 'kysely';
import type { Db } from '../connect.ts';
import { withinTransaction } from '../transactions.ts';

export interface Activity {
  /** Start of the time span, seconds since 1970. */
  bucket: number;
  /** Of the candidates, then of the ranker unless it is the shipped one. */
  model_id: string;
  shown: number;
  /** Selections, including none of these. */
  decided: number;
  picked: number;
  first_place: number;
  auto_advance: number;
  auto_decided: number;
  /** Part of `auto_decided`: anything but the hypothesis with the highest score was selected. */
  overridden: number;
}

/** Ids contain the time, so only rows since then are read. The query is cancelled after 5 s. */
export async function loadActivity(
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
