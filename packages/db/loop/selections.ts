import type { HypothesisSelected } from '@learning-loop/events/event';
import { routes } from '@learning-loop/events/routes';
import { sql } from 'kysely';
import type { Db } from '../connect.ts';
import { notErased } from '../privacy/erasures.ts';
import type { Answer, ShownOption } from '../schema/database.ts';

/** A pick, and what it is answered with. */
export interface NewSelection {
  event: HypothesisSelected;
  answer: Answer;
  /** When the interaction was shown. */
  shown_at: Date;
}

/**
 * Records picks and owes their learning, in one statement and so in one transaction: from its commit on they are
 * learned whatever crashes. Returns the events that were accepted; of an interaction that has a pick already, or of
 * two picks here for one interaction, the first stands. None is accepted of a user who was erased since `shown_at`.
 */
export async function insertSelections(db: Db, picks: NewSelection[]): Promise<Set<string>> {
  const rows = picks.map(({ event, answer, shown_at }) => ({
    ...columnsOf(event),
    ...{ answer, shown_at, payload: event },
  }));
  const { rows: accepted } = await sql<{ event_id: string }>`
    with pick as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as row(
        tenant_id text, interaction_id uuid, user_id text, event_id uuid, selected_id text, auto_advanced boolean,
        selected_at timestamptz, input_text text, shown jsonb, answer jsonb, shown_at timestamptz, payload jsonb)
    ), accepted as (
      insert into selections (tenant_id, interaction_id, user_id, event_id, selected_id, auto_advanced, selected_at,
        input_text, shown, answer)
      select tenant_id, interaction_id, user_id, event_id, selected_id, auto_advanced, selected_at,
        input_text, shown, answer
      from pick where ${notErased(selectionColumns)} order by tenant_id, interaction_id
      on conflict (tenant_id, interaction_id) do nothing
      returning event_id
    )
    insert into outbox (event_id, event, tenant_id, user_id, payload, pending)
    select event_id, 'hypothesis.selected', tenant_id, user_id, payload, ${routes['hypothesis.selected']}::text[]
    from pick join accepted using (event_id)
    returning event_id`.execute(db);
  return new Set(accepted.map(({ event_id }) => event_id));
}

const selectionColumns = {
  tenantId: sql`pick.tenant_id`,
  userId: sql`pick.user_id`,
  since: sql`pick.shown_at`,
};

function columnsOf(event: HypothesisSelected) {
  const { tenant_id, interaction_id, user_id, event_id, selected_id, auto_advanced, input_text } = event;
  const shown: ShownOption[] = event.hypotheses.map(({ id, question, raw_confidence }) => ({
    question,
    chosen: id === selected_id,
    raw_confidence,
  }));
  return {
    ...{ tenant_id, interaction_id, user_id, event_id, selected_id, auto_advanced, input_text, shown },
    selected_at: event.occurred_at,
  };
}

/** A display of the past and what was chosen from it. */
export interface Selection {
  user_id: string;
  input_text: string;
  selected_at: Date;
  shown: ShownOption[];
}

/** What anybody of the tenant chose, newest first. */
export function listTenantSelections(db: Db, tenantId: string, limit: number): Promise<Selection[]> {
  return db
    .selectFrom('selections')
    .select(['user_id', 'input_text', 'selected_at', 'shown'])
    .where('tenant_id', '=', tenantId)
    .orderBy('interaction_id', 'desc')
    .limit(limit)
    .execute();
}
