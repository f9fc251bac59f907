import { type Insertable, type Selectable, sql } from 'kysely';
import type { Db } from './connect.ts';
import type { Answer, Database } from './schema.ts';

type NewInteraction = Insertable<Database['interactions']>;
export type Interaction = Selectable<Database['interactions']>;

/** An interaction with what the user made of it; `event_id` is null while it is open. */
export type Choice = Interaction & {
  event_id: string | null;
  selected_id: string | null;
  auto_advanced: boolean | null;
  selected_at: Date | null;
  answer: Answer | null;
};

export async function insertInteraction(db: Db, interaction: NewInteraction): Promise<void> {
  await db.insertInto('interactions').values(interaction).execute();
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
