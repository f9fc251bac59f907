import { type Selectable, sql } from 'kysely';
import type { Db } from '../connect.ts';
import { notErased } from '../privacy/erasures.ts';
import type { Database, ExecuteResponse } from '../schema/database.ts';

type Interaction = Selectable<Database['interactions']>;

export type InteractionWithSelection = Interaction & {
  event_id: string | null;
  selected_id: string | null;
  auto_advanced: boolean | null;
  selected_at: Date | null;
  answer: ExecuteResponse | null;
};

/** Now, if not said otherwise. `begun`: a moment of PostgreSQL's clock, at which the request had read nothing yet. */
export type NewInteraction = Omit<Interaction, 'created_at'> & { created_at?: string; begun: string };

/** False, and nothing is stored, for a user who is being erased or was erased since the request began. */
export async function insertInteractions(db: Db, interactions: NewInteraction[]): Promise<boolean[]> {
  const { rows } = await sql<{ interaction_id: string }>`
    insert into interactions (tenant_id, interaction_id, user_id, created_at, input_text, media_type, model_id,
      ranker_id, llm_id, context, hypotheses, used_memories, auto_advance)
    select tenant_id, interaction_id, user_id, coalesce(created_at, clock_timestamp()), input_text, media_type,
      model_id, ranker_id, llm_id, context, hypotheses, used_memories, auto_advance
    from jsonb_to_recordset(${JSON.stringify(interactions)}::jsonb) as shown(
      tenant_id text, interaction_id uuid, user_id text, created_at timestamptz, input_text text, media_type text,
      model_id text, ranker_id text, llm_id text, context jsonb, hypotheses jsonb, used_memories jsonb,
      auto_advance boolean, begun timestamptz)
    where ${notErased(erasureColumns)}
    returning interaction_id`.execute(db);
  const stored = new Set(rows.map(({ interaction_id }) => interaction_id));
  return interactions.map(({ interaction_id }) => stored.has(interaction_id));
}

const erasureColumns = {
  tenantId: sql`shown.tenant_id`,
  userId: sql`shown.user_id`,
  since: sql`shown.begun`,
};

const selectWithSelections = (db: Db) =>
  db
    .selectFrom('interactions')
    .leftJoin('selections', (join) =>
      join
        .onRef('selections.tenant_id', '=', 'interactions.tenant_id')
        .onRef('selections.interaction_id', '=', 'interactions.interaction_id'),
    )
    .selectAll('interactions')
    .select(['event_id', 'selected_id', 'auto_advanced', 'selected_at', 'answer']);

export function findInteraction(
  db: Db,
  tenantId: string,
  interactionId: string,
): Promise<InteractionWithSelection | undefined> {
  return selectWithSelections(db)
    .where('interactions.tenant_id', '=', tenantId)
    .where('interactions.interaction_id', '=', interactionId)
    .executeTakeFirst();
}

export interface InteractionKey {
  tenant_id: string;
  interaction_id: string;
}

/** In the order of `keys`; undefined where the tenant has no such interaction. */
export async function findInteractions(
  db: Db,
  keys: InteractionKey[],
): Promise<(InteractionWithSelection | undefined)[]> {
  // `lateral … limit 1` forces a lookup per key: a join planned while the table was small would scan it when it is
  // large. The range of ids lets the planner prune partitions.
  const ids = keys.map(({ interaction_id }) => interaction_id.toLowerCase()).toSorted();
  const { rows } = await sql<InteractionWithSelection>`
    select shown.*, picked.event_id, picked.selected_id, picked.auto_advanced, picked.selected_at, picked.answer
    from jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as key(tenant_id text, interaction_id uuid)
    cross join lateral (
      select * from interactions
      where interactions.tenant_id = key.tenant_id and interactions.interaction_id = key.interaction_id
        and interactions.interaction_id between ${ids.at(0)}::uuid and ${ids.at(-1)}::uuid limit 1
    ) as shown
    left join lateral (
      select event_id, selected_id, auto_advanced, selected_at, answer from selections
      where selections.tenant_id = key.tenant_id and selections.interaction_id = key.interaction_id limit 1
    ) as picked on true`.execute(db);
  const byKey = new Map(rows.map((row) => [toKey(row), row]));
  return keys.map((key) => byKey.get(toKey(key)));
}

/** Callers may write an id in capitals; the database does not. */
const toKey = ({ tenant_id, interaction_id }: InteractionKey) =>
  `${interaction_id.toLowerCase()}${tenant_id}`;

export function findByText(
  db: Db,
  { tenantId, userId, text, limit }: { tenantId: string; userId: string; text: string; limit: number },
): Promise<InteractionWithSelection[]> {
  return selectWithSelections(db)
    .where('interactions.tenant_id', '=', tenantId)
    .where('interactions.user_id', '=', userId)
    .where(sql<boolean>`md5(interactions.input_text) = md5(${text}) and interactions.input_text = ${text}`)
    .orderBy('interactions.interaction_id', 'desc')
    .limit(limit)
    .execute();
}
