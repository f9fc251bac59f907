import type { ShownHypothesis } from '@learning-loop/events/fields';
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

/** A past display of one user and what was chosen from it, for the ranker. */
export interface ChoiceMade {
  input_text: string;
  selected_id: string | null;
  selected_at: Date;
  hypotheses: Pick<ShownHypothesis, 'id' | 'question'>[];
}

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

const choicesMade = (db: Db, limit: number) =>
  db
    .selectFrom('selections')
    .innerJoin('interactions', (join) =>
      join
        .onRef('interactions.tenant_id', '=', 'selections.tenant_id')
        .onRef('interactions.interaction_id', '=', 'selections.interaction_id'),
    )
    .select(['input_text', 'selected_id', 'selected_at', 'hypotheses'])
    .orderBy('selections.interaction_id', 'desc')
    .limit(limit);

/** What this user chose, newest first. */
export function choicesOfUser(
  db: Db,
  tenantId: string,
  userId: string,
  limit: number,
): Promise<ChoiceMade[]> {
  return choicesMade(db, limit)
    .where('selections.tenant_id', '=', tenantId)
    .where('selections.user_id', '=', userId)
    .execute();
}

/** What anybody of the tenant chose, newest first. */
export function choicesOfTenant(db: Db, tenantId: string, limit: number): Promise<ChoiceMade[]> {
  return choicesMade(db, limit).where('selections.tenant_id', '=', tenantId).execute();
}
