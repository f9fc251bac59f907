import { type Kysely, sql } from 'kysely';

/**
 * An index-only scan asks the table for each row on a page that vacuum has not marked since rows came to it. By default
 * that happens when a fifth of the table is new: of ten million memories, the newest two million would be asked for.
 */
const statements = ['memories', 'selections'].map(
  (table) => `alter table ${table} set (autovacuum_vacuum_insert_scale_factor = 0.02)`,
);

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
