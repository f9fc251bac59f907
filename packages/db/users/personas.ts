import type { FacetDeltas, Facets } from '@learning-loop/events/fields';
import { minUuidAt, type UserKey, userKeysJson } from '@learning-loop/events/ids';
import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../connect.ts';
import type { Database } from '../schema/database.ts';

export type Persona = Selectable<Database['personas']>;
export type PersonaUpdate = Selectable<Database['persona_updates']>;

export function findPersona(db: Db | Tx, tenantId: string, userId: string): Promise<Persona | undefined> {
  return db
    .selectFrom('personas')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
}

const selectDistinctKeys = (users: UserKey[]) => sql`(
  select distinct tenant_id, user_id
  from jsonb_to_recordset(${userKeysJson(users)}::jsonb) as row(tenant_id text, user_id text)
  order by tenant_id, user_id)`;

/** One lookup per user instead of a join, for the reason in `findInteractions`. */
const selectPersonas = (keys: RawBuilder<unknown>, lock = sql``) => sql<Persona>`
  select persona.* from ${keys} as key
  cross join lateral (
    select * from personas where tenant_id = key.tenant_id and user_id = key.user_id limit 1 ${lock}
  ) as persona`;

/** In no particular order; users without a persona are absent. */
export async function findPersonas(db: Db | Tx, users: UserKey[]): Promise<Persona[]> {
  return (await selectPersonas(selectDistinctKeys(users)).execute(db)).rows;
}

/** Creates missing personas with `initial`. Locks in key order, so that two batches cannot deadlock. */
export async function lockPersonas(tx: Tx, users: UserKey[], initial: Facets): Promise<Persona[]> {
  const keys = selectDistinctKeys(users);
  await sql`
    insert into personas (tenant_id, user_id, facets, interaction_count, updated_at)
    select tenant_id, user_id, ${JSON.stringify(initial)}::jsonb, 0, clock_timestamp()
    from ${keys} as key on conflict do nothing`.execute(tx);
  return (await selectPersonas(keys, sql`for update`).execute(tx)).rows;
}

export interface AppliedUpdate extends UserKey {
  event_id: string;
  interaction_id: string;
  occurred_at: string;
  old_facets: Facets;
  new_facets: Facets;
  facet_deltas: FacetDeltas;
  decided_by: string;
  reason: string;
}

export async function savePersonas(
  tx: Tx,
  personas: (UserKey & { facets: Facets; interaction_count: number; moved_at: Date | null })[],
  updates: AppliedUpdate[],
): Promise<void> {
  await sql`
    update personas set facets = row.facets, interaction_count = row.interaction_count, moved_at = row.moved_at,
      updated_at = clock_timestamp()
    from jsonb_to_recordset(${JSON.stringify(personas)}::jsonb)
      as row(tenant_id text, user_id text, facets jsonb, interaction_count int, moved_at timestamptz)
    where personas.tenant_id = row.tenant_id and personas.user_id = row.user_id`.execute(tx);
  await sql`
    insert into persona_updates (tenant_id, user_id, event_id, interaction_id, occurred_at, old_facets, new_facets,
      facet_deltas, decided_by, reason)
    select tenant_id, user_id, event_id, interaction_id, occurred_at, old_facets, new_facets, facet_deltas,
      decided_by, reason
    from jsonb_to_recordset(${JSON.stringify(updates)}::jsonb) as row(tenant_id text, user_id text, event_id uuid,
      interaction_id uuid, occurred_at timestamptz, old_facets jsonb, new_facets jsonb, facet_deltas jsonb,
      decided_by text, reason text)`.execute(tx);
}

const clockErrorMs = 60_000;

/** Oldest first. Event ids contain their time, so that only the end of a long history is read. */
export async function updatesSince(
  tx: Tx,
  since: (UserKey & { occurred_at: string })[],
): Promise<PersonaUpdate[]> {
  const bounded = since.map((user) => ({
    ...user,
    first_id: minUuidAt(new Date(Date.parse(user.occurred_at) - clockErrorMs)),
  }));
  const { rows } = await sql<PersonaUpdate>`
    select moves.* from jsonb_to_recordset(${JSON.stringify(bounded)}::jsonb)
      as since(tenant_id text, user_id text, occurred_at timestamptz, first_id uuid)
    cross join lateral (
      select * from persona_updates
      where tenant_id = since.tenant_id and user_id = since.user_id and event_id >= since.first_id
        and occurred_at >= since.occurred_at
      offset 0
    ) as moves
    order by moves.occurred_at, moves.event_id`.execute(tx);
  return rows;
}

/** Corrects facets of updates after an earlier event arrived late. */
export async function rewriteUpdates(
  tx: Tx,
  updates: Pick<PersonaUpdate, 'tenant_id' | 'user_id' | 'event_id' | 'old_facets' | 'new_facets'>[],
): Promise<void> {
  await sql`
    update persona_updates set old_facets = row.old_facets, new_facets = row.new_facets
    from jsonb_to_recordset(${JSON.stringify(updates)}::jsonb)
      as row(tenant_id text, user_id text, event_id uuid, old_facets jsonb, new_facets jsonb)
    where persona_updates.tenant_id = row.tenant_id and persona_updates.user_id = row.user_id
      and persona_updates.event_id = row.event_id`.execute(tx);
}

export function findPersonaUpdate(
  db: Db,
  { tenant_id, user_id, event_id }: UserKey & { event_id: string },
): Promise<PersonaUpdate | undefined> {
  return db
    .selectFrom('persona_updates')
    .selectAll()
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .where('event_id', '=', event_id)
    .executeTakeFirst();
}
