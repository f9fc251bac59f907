import type { HypothesisSelected } from '@learning-loop/events/event';
import { routes } from '@learning-loop/events/routes';
import { sql } from 'kysely';
import type { Db } from '../connect.ts';
import { notErased } from '../privacy/erasures.ts';
import type { ExecuteResponse, PastHypothesis } from '../schema/database.ts';
import { datedPayload, type Undated } from './outbox.ts';

export interface NewSelection {
  /** It occurs now, by PostgreSQL's clock, if not said otherwise. */
  event: Undated<HypothesisSelected>;
  answer: ExecuteResponse;
  shown_at: Date;
}

/** Returns the accepted event ids: the first of each interaction, and none of a user erased since `shown_at`. */
export async function insertSelections(db: Db, selections: NewSelection[]): Promise<Set<string>> {
  const rows = selections.map(({ event, answer, shown_at }) => ({
    ...toColumns(event),
    ...{ answer, shown_at, payload: event },
  }));
  // One statement with the events, so that every stored selection is processed, whatever crashes.
  const { rows: accepted } = await sql<{ event_id: string }>`
    with pick as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as row(
        tenant_id text, interaction_id uuid, user_id text, event_id uuid, selected_id text, auto_advanced boolean,
        selected_at timestamptz, input_text text, shown jsonb, answer jsonb, shown_at timestamptz, payload jsonb)
    ), accepted as (
      insert into selections (tenant_id, interaction_id, user_id, event_id, selected_id, auto_advanced, selected_at,
        input_text, shown, answer)
      select tenant_id, interaction_id, user_id, event_id, selected_id, auto_advanced,
        coalesce(selected_at, clock_timestamp()),
        input_text, shown, answer
      from pick where ${notErased(erasureColumns)} order by tenant_id, interaction_id
      on conflict (tenant_id, interaction_id) do nothing
      returning event_id, selected_at
    )
    insert into outbox (event_id, event, tenant_id, user_id, payload, pending)
    select event_id, 'hypothesis.selected', tenant_id, user_id,
      ${datedPayload(sql`accepted.selected_at`)}, ${routes['hypothesis.selected']}::text[]
    from pick join accepted using (event_id)
    returning event_id`.execute(db);
  return new Set(accepted.map(({ event_id }) => event_id));
}

const erasureColumns = {
  tenantId: sql`pick.tenant_id`,
  userId: sql`pick.user_id`,
  since: sql`pick.shown_at`,
};

function toColumns(event: Undated<HypothesisSelected>) {
  const { tenant_id, interaction_id, user_id, event_id, selected_id, auto_advanced, input_text } = event;
  const shown: PastHypothesis[] = event.hypotheses.map(({ id, question, raw_confidence }) => ({
    question,
    chosen: id === selected_id,
    raw_confidence,
  }));
  return {
    ...{ tenant_id, interaction_id, user_id, event_id, selected_id, auto_advanced, input_text, shown },
    selected_at: event.occurred_at,
  };
}
