import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../connect.ts';
import { withAdvisoryLock } from '../transactions.ts';

/**
 * A user's rows are scattered over many pages, but adjacent in a covering index. An index entry holds up to 2,704
 * bytes, of which the key takes up to 900 (a user id of 200 characters): the few longer rows get their own index.
 */
interface LengthFilters {
  short: string;
  long: string;
}

const maxBytes = 1_500;
const toLengthFilters = (bytes: string): LengthFilters => ({
  short: `${bytes} <= ${maxBytes}`,
  long: `${bytes} > ${maxBytes}`,
});

export const memoryIndexFilters = toLengthFilters('octet_length(content)');
export const interactionIndexFilters = toLengthFilters(
  'octet_length(input_text) + octet_length(shown::text)',
);

/** `newest` limits both halves as well, so that each reads only the end of its index. */
export function newestFromCoveringIndexes(
  { short, long }: LengthFilters,
  selectRows: (length: RawBuilder<unknown>, kind: 'short' | 'long') => RawBuilder<unknown>,
  newest: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const shorter = sql`(${selectRows(sql.raw(short), 'short')} ${newest})`;
  const longer = sql`(${selectRows(sql.raw(long), 'long')} ${newest})`;
  return sql`(select * from (${shorter} union all ${longer}) as either ${newest})`;
}

export interface ConcurrentIndex {
  name: string;
  table: string;
  /** What follows the table name in `create index`. */
  on: string;
}

/** Created after the migrations while the service runs: queries may need them to be fast, never to be correct. */
export const concurrentIndexes: ConcurrentIndex[] = [
  {
    name: 'memories_long',
    table: 'memories',
    on: `(tenant_id, user_id, type, last_seen) where status = 'active' and ${memoryIndexFilters.long}`,
  },
  {
    name: 'selections_long',
    table: 'selections',
    on: `(tenant_id, user_id, interaction_id) where ${interactionIndexFilters.long}`,
  },
  {
    name: 'memories_covering',
    table: 'memories',
    on: `(tenant_id, user_id, type, last_seen) include (memory_id, confidence, content)
      where status = 'active' and ${memoryIndexFilters.short}`,
  },
  {
    name: 'selections_covering',
    table: 'selections',
    on: `(tenant_id, user_id, interaction_id) include (selected_at, input_text, shown) where ${interactionIndexFilters.short}`,
  },
];

/** Unlike a migration, blocks no writers. Safe to call concurrently: one creates them, the others return at once. */
export async function createIndexesConcurrently(db: Db, indexes: ConcurrentIndex[]): Promise<void> {
  if ((await listUnfinished(db, indexes)).length === 0) return;
  // Only tried, never waited for: `create index concurrently` would wait for the snapshot of the waiting statement.
  await withAdvisoryLock(db, 'online indexes', async (connection) => {
    for (const { name, table, on, invalid } of await listUnfinished(connection, indexes)) {
      if (invalid) await sql`drop index concurrently ${sql.ref(name)}`.execute(connection);
      const definition = sql`${sql.ref(name)} on ${sql.table(table)} ${sql.raw(on)}`;
      await sql`create index concurrently ${definition}`.execute(connection);
    }
  });
}

async function listUnfinished(
  db: Db,
  indexes: ConcurrentIndex[],
): Promise<(ConcurrentIndex & { invalid: boolean })[]> {
  if (indexes.length === 0) return [];
  const { rows } = await sql<{ name: string; valid: boolean }>`
    select relname as name, indisvalid as valid from pg_index join pg_class on pg_class.oid = indexrelid
    where relnamespace = 'public'::regnamespace and relname = any(${indexes.map(({ name }) => name)})`.execute(
    db,
  );
  const existing = new Map(rows.map(({ name, valid }) => [name, valid]));
  return indexes
    .filter(({ name }) => !existing.get(name))
    .map((index) => ({ ...index, invalid: existing.has(index.name) }));
}
