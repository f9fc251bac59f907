import { type Kysely, sql } from 'kysely';
import { requireRoles } from '../roles/names.ts';

/**
 * When the latest of the events happened that moved a persona: what comes after it in time is simply added, and what
 * comes before it corrects the moves since.
 */
const statements = [
  'alter table personas add column moved_at timestamptz',
  `update personas set moved_at = latest.occurred_at from (
    select tenant_id, user_id, max(occurred_at) as occurred_at from persona_updates group by tenant_id, user_id
  ) as latest
  where latest.tenant_id = personas.tenant_id and latest.user_id = personas.user_id`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
  const { persona } = await requireRoles(db);
  await sql.raw(`grant select, update (old_facets, new_facets) on persona_updates to ${persona}`).execute(db);
}
