import { sql } from 'kysely';
import type { Db } from './connect.ts';

/** What grows with use. */
const big = [
  'interactions',
  'selections',
  'memories',
  'memory_sources',
  'embeddings',
  'persona_updates',
  'personas',
  'outbox',
  'feedback',
  'user_settings',
];

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Cond'?: string;
  'Recheck Cond'?: string;
  Plans?: Plan[];
}

/**
 * Of the statements that the only connection of `db` keeps: those whose plans read a big table, or all of a tenant's
 * rows in it, and how.
 */
export async function wholeTablesRead(db: Db): Promise<Record<string, string[]>> {
  const { rows: kept } = await sql<{ name: string; text: string; parameters: number }>`
    select name, statement as text, cardinality(parameter_types)::int as parameters from pg_prepared_statements
    where statement ~* '^\\s*(select|with|insert|update|delete)' and statement !~ 'pg_prepared_statements'`.execute(
    db,
  );
  const found: Record<string, string[]> = {};
  for (const { name, text, parameters } of kept) {
    const values = parameters === 0 ? '' : `(${Array.from({ length: parameters }, () => 'null').join(', ')})`;
    const { rows } = await sql
      .raw<{ 'QUERY PLAN': { Plan: Plan }[] }>(`explain (format json) execute "${name}" ${values}`)
      .execute(db);
    const tables = rows.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan }) => readWhole(Plan, false)));
    if (tables.length > 0) found[text] = tables;
  }
  return found;
}

function readWhole(plan: Plan, limited: boolean): string[] {
  const { 'Relation Name': table, 'Node Type': node, Plans = [] } = plan;
  const below = Plans.flatMap((child) => readWhole(child, limited || node === 'Limit'));
  if (!table || !big.includes(table) || !/Scan$/u.test(node)) return below;
  const condition = plan['Index Cond'] ?? plan['Recheck Cond'] ?? '';
  const narrow = /user_id|_id = |_id = ANY|memory_id|event_id/u.test(condition.replaceAll('tenant_id', ''));
  return narrow || (limited && condition) ? below : [...below, `${node} of ${table} ${condition}`];
}
