import { sql } from 'kysely';
import type { Db } from '../connect.ts';

/** Rates are in [0, 1], and null without data. */
export interface LearningMetrics {
  /** A model id (ranker or language model), or a day as YYYY-MM-DD (UTC). */
  key: string;
  interactions: number;
  users: number;
  answers: number;
  /** Of the answers: any hypothesis was selected. */
  selection_rate: number | null;
  first_place_rate: number | null;
  auto_advance_rate: number | null;
  /** Of the answered auto-advances: another hypothesis, or none, was selected. */
  override_rate: number | null;
  /** Of thumbs and ratings: thumbs up, or a rating from 4. */
  satisfaction: number | null;
  feedback: number;
  /** Of the users whose first day was more than 7 days ago: returned on another day within 7. */
  return_rate: number | null;
}

/** In key order. By model, an interaction counts for its ranker and for the language model that was called, if any. */
export async function loadLearningMetrics(
  db: Db,
  tenantId: string,
  by: 'model' | 'day',
  since: Date,
): Promise<LearningMetrics[]> {
  const keys =
    by === 'model'
      ? sql`array_remove(array[i.ranker_id, i.llm_id], null)`
      : sql`array[to_char(i.created_at at time zone 'UTC', 'YYYY-MM-DD')]`;
  const { rows } = await sql<LearningMetrics>`
    with shown as (
      select key, i.interaction_id, i.user_id, i.auto_advance, s.selected_id,
        s.interaction_id is not null as answered, (i.created_at at time zone 'UTC')::date as day
      from interactions i left join selections s using (tenant_id, interaction_id), unnest(${keys}) as key
      where i.tenant_id = ${tenantId} and i.created_at >= ${since}
    ), opinions as (
      select shown.key, count(*)::int as feedback, avg(case when f.type = 'thumbs_up'
        or (f.type = 'rating' and (f.value)::text::float8 >= 4) then 1.0 else 0 end)::float8 as satisfaction
      from feedback f join shown using (interaction_id)
      where f.tenant_id = ${tenantId} and f.given_at >= ${since} and f.type in ('thumbs_up', 'thumbs_down', 'rating')
      group by 1
    ), days as (
      select distinct key, user_id, day from shown
    ), firsts as (
      select key, user_id, min(day) as day from days group by 1, 2
    ), returns as (
      select firsts.key, avg(case when exists (
          select from shown later where later.user_id = firsts.user_id
            and later.day > firsts.day and later.day <= firsts.day + 7
        ) then 1.0 else 0 end)::float8 as return_rate
      from firsts where firsts.day + 7 < (now() at time zone 'UTC')::date group by 1
    )
    select key, count(*)::int as interactions, count(distinct user_id)::int as users,
      (count(*) filter (where answered))::int as answers,
      (avg((selected_id is not null)::int) filter (where answered))::float8 as selection_rate,
      (avg((selected_id is not distinct from 'h1')::int) filter (where answered))::float8 as first_place_rate,
      avg(auto_advance::int)::float8 as auto_advance_rate,
      (avg((selected_id is distinct from 'h1')::int) filter (where answered and auto_advance))::float8 as override_rate,
      max(satisfaction) as satisfaction, coalesce(max(feedback), 0) as feedback, max(return_rate) as return_rate
    from shown left join opinions using (key) left join returns using (key)
    group by key order by key`.execute(db);
  return rows;
}
