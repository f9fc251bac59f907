import type { Events } from '@learning-loop/events/event';
import { type Consumer, type EventName, routes } from '@learning-loop/events/routes';
import { type RawBuilder, sql } from 'kysely';
import type { Db, Tx } from '../connect.ts';

/** All that a job contains: payloads stay in the outbox, so no personal data passes through the queue. */
export interface EventRef {
  event: EventName;
  event_id: string;
}

export interface OutboxRow extends EventRef {
  tenant_id: string;
  user_id: string;
  payload: unknown;
  pending: Consumer[];
  created_at: Date;
}

/** An event that has not occurred yet: it does when it is stored. */
export type Undated<T> = T extends { occurred_at: string }
  ? Omit<T, 'occurred_at'> & { occurred_at?: string }
  : T;
type UndatedEvent = { [N in EventName]: { name: N; event: Undated<Events[N]> } }[EventName];

/** The column `payload` with `occurred_at`, unless it has one. */
export const datedPayload = (at: RawBuilder<unknown>) => sql`
  jsonb_build_object('occurred_at', to_char(${at} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) || payload`;

/** Pending from this transaction's commit on, for every consumer that the routes name. */
export async function insertEvents(tx: Tx, events: UndatedEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ name, event }) => ({
    event_id: event.event_id,
    event: name,
    tenant_id: event.tenant_id,
    user_id: event.user_id,
    payload: event,
    pending: routes[name],
  }));
  await sql`
    insert into outbox (event_id, event, tenant_id, user_id, payload, pending)
    select event_id, event, tenant_id, user_id, ${datedPayload(sql`clock_timestamp()`)}, pending
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as row(event_id uuid, event text, tenant_id text, user_id text, payload jsonb, pending text[])`.execute(
    tx,
  );
}

/** In the order of ids. Takes no lock: `settle` decides who was first. */
export async function loadPending(db: Db | Tx, consumer: Consumer, ids: string[]): Promise<OutboxRow[]> {
  const { rows } = await sql<OutboxRow>`
    select event_id, event, tenant_id, user_id, payload, pending, created_at
    from outbox
    where event_id = any(${ids}::uuid[]) and ${consumer} = any(pending)
    order by event_id`.execute(db);
  return rows;
}

/** Returns only events that were still pending: another process settled the others, and its effect stands. */
export async function settle(
  tx: Tx,
  consumer: Consumer,
  ids: string[],
): Promise<{ event_id: string; complete: boolean }[]> {
  // Locked in id order against deadlocks. Lists of ids: a join planned on an empty outbox would scan a full one.
  const { rows } = await sql<{ event_id: string; complete: boolean }>`
    with owed as materialized (
      select event_id, cardinality(pending) = 1 as complete from outbox
      where event_id = any(${ids}::uuid[]) and ${consumer} = any(pending)
      order by event_id for update
    ), kept as (
      update outbox set pending = array_remove(pending, ${consumer})
      where event_id = any(array(select event_id from owed where not complete))
    ), gone as (
      delete from outbox where event_id = any(array(select event_id from owed where complete))
    )
    select event_id, complete from owed`.execute(tx);
  return rows;
}

export interface EventStatus {
  pending: Consumer[];
  failed: { consumer: Consumer; error: string; dead_letter_id: string }[];
}

/** With nothing pending and nothing failed, the event is fully processed. */
export async function eventStatus(db: Db, eventId: string): Promise<EventStatus> {
  const [row, failed] = await Promise.all([
    db.selectFrom('outbox').select('pending').where('event_id', '=', eventId).executeTakeFirst(),
    db
      .selectFrom('dead_letters')
      .select(['consumer', 'error', 'dead_letter_id'])
      .where('event_id', '=', eventId)
      .execute(),
  ]);
  return { pending: row?.pending ?? [], failed };
}
