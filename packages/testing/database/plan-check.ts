import type { Db } from '@learning-loop/db/connect';
import { listPartitions } from '@learning-loop/db/ddl/partitions';
import { minUuidAt } from '@learning-loop/events/ids';
import { sql } from 'kysely';

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

interface Kept {
  name: string;
  text: string;
  /** The types of its parameters. */
  types: string[];
}

/**
 * Of the statements that the only connection of `db` keeps: those whose plans read a big table, or all of a tenant's
 * rows in it, and how. Each is looked at with an id of each partition, since a plan shows only those that its parameters
 * leave.
 */
export async function findFullScans(db: Db): Promise<Record<string, string[]>> {
  const { rows: kept } = await sql<Kept>`
    select name, statement as text, parameter_types::text[] as types from pg_prepared_statements
    where statement ~* '^\\s*(select|with|insert|update|delete)' and statement !~ 'pg_prepared_statements'`.execute(
    db,
  );
  const parts = await listPartitions(db);
  const ids = parts.map(({ from }) => `'${from ?? minUuidAt(new Date(0))}'`);
  const names = new Set(parts.map(({ name }) => name));
  const tableOf = (table: string) => (names.has(table) ? 'interactions' : table);
  const found: Record<string, string[]> = {};
  for (const statement of kept) {
    const tables = new Set<string>();
    for (const id of statement.types.includes('uuid') ? ['null', ...ids] : ['null'])
      for (const plan of await plansWith(db, statement, id))
        for (const read of readWhole(plan, false, tableOf)) tables.add(read);
    if (tables.size > 0) found[statement.text] = [...tables];
  }
  return found;
}

async function plansWith(db: Db, { name, types }: Kept, id: string): Promise<Plan[]> {
  const values = types.map((type) => (type === 'uuid' ? id : 'null')).join(', ');
  const { rows } = await sql
    .raw<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `explain (format json) execute "${name}" ${values ? `(${values})` : ''}`,
    )
    .execute(db);
  return rows.flatMap((row) => row['QUERY PLAN'].map(({ Plan }) => Plan));
}

function readWhole(plan: Plan, limited: boolean, tableOf: (name: string) => string): string[] {
  const { 'Relation Name': table, 'Node Type': node, Plans = [] } = plan;
  const below = Plans.flatMap((child) => readWhole(child, limited || node === 'Limit', tableOf));
  if (!table || !big.includes(tableOf(table)) || !/Scan$/u.test(node)) return below;
  const condition = plan['Index Cond'] ?? plan['Recheck Cond'] ?? '';
  const narrow = /user_id|_id = |_id = ANY|memory_id|event_id/u.test(condition.replaceAll('tenant_id', ''));
  return narrow || (limited && condition) ? below : [...below, `${node} of ${table} ${condition}`];
}
