import { type Kysely, sql } from 'kysely';

/**
 * Which of the models was asked, beside who answered (`model_id`): a variant that fails, so that the rules answer, is
 * judged by that, too. Null where none was asked.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table interactions add column llm_id text`.execute(db);
}
