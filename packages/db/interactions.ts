import { type Insertable, type Selectable, sql } from 'kysely';
import type { Db } from './connect.ts';
import { notErased } from './erasures.ts';
import type { Answer, Database } from './schema.ts';

type NewInteraction = Insertable<Database['interactions']>;
type Interaction = Selectable<Database['interactions']>;

/** An interaction with what the user made of it; `event_id` is null while it is open. */
export type Choice = Interaction & {
  event_id: string | null;
  selected_id: string | null;
  auto_advanced: boolean | null;
  selected_at: Date | null;
  answer: Answer | null;
};

/** False, and nothing is stored, when the user is being erased or was since the request began. */
export async function insertInteraction(db: Db, interaction: NewInteraction, begun: Date): Promise<boolean> {
  const { tenant_id, user_id } = interaction;
  const erasable = {
    tenantId: sql`${tenant_id}::text`,
    userId: sql`${user_id}::text`,
    since: sql`${begun}::timestamptz`,
  };
  const { numAffectedRows } = await sql`
    insert into interactions (${sql.join(Object.keys(interaction).map((name) => sql.ref(name)))})
    select ${sql.join(Object.values(interaction))} where ${notErased(erasable)}`.execute(db);
  return numAffectedRows === 1n;
}

const choices = (db: Db) =>
  db
    .selectFrom('interactions')
    .leftJoin('selections', (join) =>
      join
        .onRef('selections.tenant_id', '=', 'interactions.tenant_id')
        .onRef('selections.interaction_id', '=', 'interactions.interaction_id'),
    )
    .selectAll('interactions')
    .select(['event_id', 'selected_id', 'auto_advanced', 'selected_at', 'answer']);

/** One interaction, whoever's; undefined when the tenant has none of this id. */
export function findInteraction(
  db: Db,
  tenantId: string,
  interactionId: string,
): Promise<Choice | undefined> {
  return choices(db)
    .where('interactions.tenant_id', '=', tenantId)
    .where('interactions.interaction_id', '=', interactionId)
    .executeTakeFirst();
}

export interface InteractionKey {
  tenant_id: string;
  interaction_id: string;
}

/** Many interactions in one round trip, in the order of their keys; undefined where the tenant has none of that id. */
export async function findInteractions(db: Db, keys: InteractionKey[]): Promise<(Choice | undefined)[]> {
  const found = await choices(db)
    .where(
      sql<boolean>`(interactions.tenant_id, interactions.interaction_id) in (
        select tenant_id, interaction_id from jsonb_to_recordset(${JSON.stringify(keys)}::jsonb)
          as key(tenant_id text, interaction_id uuid))`,
    )
    .execute();
  const byKey = new Map(found.map((choice) => [keyOf(choice), choice]));
  return keys.map((key) => byKey.get(keyOf(key)));
}

const keyOf = ({ tenant_id, interaction_id }: InteractionKey) => `${interaction_id}${tenant_id}`;

/** The user's interactions with exactly this text, newest first, `limit` at most. */
export function findByText(
  db: Db,
  { tenantId, userId, text, limit }: { tenantId: string; userId: string; text: string; limit: number },
): Promise<Choice[]> {
  return choices(db)
    .where('interactions.tenant_id', '=', tenantId)
    .where('interactions.user_id', '=', userId)
    .where(sql<boolean>`md5(interactions.input_text) = md5(${text}) and interactions.input_text = ${text}`)
    .orderBy('interactions.interaction_id', 'desc')
    .limit(limit)
    .execute();
}
