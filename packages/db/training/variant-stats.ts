import { sql } from 'kysely';
import type { Db } from '../connect.ts';
import type { ModelKind } from '../schema/training.ts';
import type { Experiment } from './experiments.ts';

/** Sums over the users of a variant, for the rate Σy / Σn and its variance between users. */
export interface RatioSums {
  users: number;
  n: number;
  y: number;
  nn: number;
  yy: number;
  ny: number;
}

/** Ratios of the answered interactions, except for satisfaction. */
export interface VariantStats {
  model_id: string;
  /** Users with at least one interaction. */
  assigned: number;
  interactions: number;
  first_place: RatioSums;
  selection: RatioSums;
  /** Of thumbs and ratings: thumbs up, or a rating from 4. */
  satisfaction: RatioSums;
}

const modelColumns: Record<ModelKind, string> = { ranker: 'i.ranker_id', llm: 'i.llm_id' };

/** Since the experiment started; variants without interactions are absent. */
export async function loadVariantStats(
  db: Db,
  { tenant_id: tenantId, kind, variants, started_at: since }: Experiment,
): Promise<VariantStats[]> {
  const variant = sql.ref(modelColumns[kind]);
  const ids = variants.map(({ model_id }) => model_id);
  const { rows } = await sql<VariantStats>`
    with shown as (
      select ${variant} as variant, i.user_id, i.interaction_id, s.selected_id, s.interaction_id is not null as answered
      from interactions i left join selections s using (tenant_id, interaction_id)
      where i.tenant_id = ${tenantId} and i.created_at >= ${since} and ${variant} = any(${ids})
    ), said as (
      select shown.variant, shown.user_id, count(*)::float8 as n, (count(*) filter (where
        f.type = 'thumbs_up' or (f.type = 'rating' and (f.value)::text::float8 >= 4)))::float8 as y
      from feedback f join shown using (interaction_id)
      where f.tenant_id = ${tenantId} and f.given_at >= ${since} and f.type in ('thumbs_up', 'thumbs_down', 'rating')
      group by 1, 2
    ), per_user as (
      select variant, user_id, count(*)::float8 as shown, (count(*) filter (where answered))::float8 as n,
        (count(*) filter (where selected_id = 'h1'))::float8 as first,
        (count(*) filter (where selected_id is not null))::float8 as taken
      from shown group by 1, 2
    )
    select variant as model_id, count(*)::float8 as assigned, sum(shown) as interactions,
      ${ratioSums('first', 'p')} as first_place, ${ratioSums('taken', 'p')} as selection,
      ${ratioSums('y', 's')} as satisfaction
    from per_user p left join said s using (variant, user_id)
    group by variant`.execute(db);
  return rows;
}

function ratioSums(column: 'first' | 'taken' | 'y', table: 'p' | 's') {
  const [y, n] = [sql.ref(`${table}.${column}`), sql.ref(`${table}.n`)];
  return sql`json_build_object('users', count(*) filter (where ${n} > 0), 'n', coalesce(sum(${n}), 0),
    'y', coalesce(sum(${y}), 0), 'nn', coalesce(sum(${n} * ${n}), 0), 'yy', coalesce(sum(${y} * ${y}), 0),
    'ny', coalesce(sum(${n} * ${y}), 0))`;
}
