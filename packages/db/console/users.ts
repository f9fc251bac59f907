import type { FacetDeltas, Facets, Hypothesis } from '@learning-loop/events/fields';
import { sql } from 'kysely';
import type { Db } from '../connect.ts';

export interface UserSummary {
  user_id: string;
  facets: Facets;
  interaction_count: number;
  updated_at: Date;
}

const recentSelections = 2_000;

/** Users whose id starts with `prefix`; without one, those who were active last. */
export async function searchUsers(
  db: Db,
  tenantId: string,
  { prefix, limit }: { prefix: string; limit: number },
): Promise<UserSummary[]> {
  if (prefix === '') return await listLatestUsers(db, tenantId, limit);
  return await db
    .selectFrom('personas')
    .select(['user_id', 'facets', 'interaction_count', 'updated_at'])
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`starts_with(user_id, ${prefix})`)
    .orderBy('user_id')
    .limit(limit)
    .execute();
}

async function listLatestUsers(db: Db, tenantId: string, limit: number): Promise<UserSummary[]> {
  const { rows } = await sql<UserSummary>`
    with latest as (
      select user_id, max(selected_at) as at from (
        select user_id, selected_at from selections where tenant_id = ${tenantId}
        order by interaction_id desc limit ${recentSelections}
      ) as recent group by user_id order by at desc limit ${limit}
    )
    select user_id, facets, interaction_count, updated_at
    from latest join personas using (user_id) where tenant_id = ${tenantId}
    order by latest.at desc`.execute(db);
  return rows;
}

export interface PersonaStep {
  occurred_at: Date;
  new_facets: Facets;
  facet_deltas: FacetDeltas;
  decided_by: string;
  reason: string;
}

/** The newest updates, in the order of their events. */
export async function listPersonaUpdates(
  db: Db,
  tenantId: string,
  userId: string,
  limit: number,
): Promise<PersonaStep[]> {
  const steps = await db
    .selectFrom('persona_updates')
    .select(['occurred_at', 'new_facets', 'facet_deltas', 'decided_by', 'reason'])
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .orderBy('event_id', 'desc')
    .limit(limit)
    .execute();
  return steps.reverse();
}

export interface InteractionOutcome {
  interaction_id: string;
  created_at: Date;
  input_text: string;
  model_id: string;
  hypotheses: Hypothesis[];
  event_id: string | null;
  selected_id: string | null;
  memories: { type: string; content: string }[];
  facet_deltas: FacetDeltas | null;
}

export async function listInteractionOutcomes(
  db: Db,
  tenantId: string,
  userId: string,
  limit: number,
): Promise<InteractionOutcome[]> {
  const { rows } = await sql<InteractionOutcome>`
    with latest as (
      select * from interactions where tenant_id = ${tenantId} and user_id = ${userId}
      order by interaction_id desc limit ${limit}
    )
    select i.interaction_id, i.created_at, i.input_text, i.model_id, i.hypotheses, s.event_id, s.selected_id,
      (select coalesce(jsonb_agg(jsonb_build_object('type', m.type, 'content', m.content) order by memory_id), '[]')
        from memory_sources source join memories m using (tenant_id, user_id, memory_id)
        where source.tenant_id = i.tenant_id and source.interaction_id = i.interaction_id
          and m.status <> 'forgotten' and m.type <> 'history') as memories,
      (select facet_deltas from persona_updates p
        where p.tenant_id = i.tenant_id and p.user_id = i.user_id and p.event_id = s.event_id) as facet_deltas
    from latest i
    left join selections s on s.tenant_id = i.tenant_id and s.interaction_id = i.interaction_id
    order by i.interaction_id desc`.execute(db);
  return rows;
}
