import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../connect.ts';
import { withAdvisoryLock } from '../transactions.ts';

/**
 * What a request reads of its user was written over months, each row on a page among other users' rows. A covering
 * index holds it side by side, but an entry holds 2,704 bytes at most, of which keys take up to 900 (a user's id of 200
 * characters). What is longer has an index of its own, which is small, as it is rare.
 */
interface Lengths {
  short: string;
  long: string;
}

const mostBytes = 1_500;
const lengthsOf = (bytes: string): Lengths => ({
  short: `${bytes} <= ${mostBytes}`,
  long: `${bytes} > ${mostBytes}`,
});

export const memoryIndexFilters = lengthsOf('octet_length(content)');
export const interactionIndexFilters = lengthsOf('octet_length(input_text) + octet_length(shown::text)');

/** The newest of both lengths. Each is limited by itself: it is read in the order of its index, and not all of it. */
export function newestFromCoveringIndexes(
  { short, long }: Lengths,
  rowsOf: (length: RawBuilder<unknown>) => RawBuilder<unknown>,
  newest: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const [shorter, longer] = [short, long].map((length) => sql`(${rowsOf(sql.raw(length))} ${newest})`);
  return sql`(select * from (${shorter} union all ${longer}) as either ${newest})`;
}

/** An index of a table that may be large: making it takes minutes, in which the service goes on. */
export interface ConcurrentIndex {
  name: string;
  table: string;
  /** What follows the table's name in `create index`: columns in parentheses, a method, a condition. */
  on: string;
}

/**
 * Made after the migrations. No statement may need one of these to be right, only to be fast: a version that starts
 * while another process makes it goes on without. An index of a table that the same release makes belongs into its
 * migration.
 */
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

/**
 * Makes what is missing, one after the other, while others read and write. A migration cannot: it is a transaction, and
 * would lock writers out. Safe from many processes at once: one makes them, the others return at once. What a killed
 * server left half made is made anew.
 */
export async function createIndexesConcurrently(db: Db, indexes: ConcurrentIndex[]): Promise<void> {
  if ((await unfinished(db, indexes)).length === 0) return;
  // Nobody waits for this lock in a statement: its snapshot would be one that the index's maker waits for in turn.
  await withAdvisoryLock(db, 'online indexes', async (connection) => {
    for (const { name, table, on, begun } of await unfinished(connection, indexes)) {
      if (begun) await sql`drop index concurrently ${sql.ref(name)}`.execute(connection);
      const definition = sql`${sql.ref(name)} on ${sql.table(table)} ${sql.raw(on)}`;
      await sql`create index concurrently ${definition}`.execute(connection);
    }
  });
}

/** Those that are not there, or there and not valid (`begun`). */
async function unfinished(
  db: Db,
  indexes: ConcurrentIndex[],
): Promise<(ConcurrentIndex & { begun: boolean })[]> {
  if (indexes.length === 0) return [];
  const { rows } = await sql<{ name: string; valid: boolean }>`
    select relname as name, indisvalid as valid from pg_index join pg_class on pg_class.oid = indexrelid
    where relnamespace = 'public'::regnamespace and relname = any(${indexes.map(({ name }) => name)})`.execute(
    db,
  );
  const there = new Map(rows.map(({ name, valid }) => [name, valid]));
  return indexes
    .filter(({ name }) => !there.get(name))
    .map((index) => ({ ...index, begun: there.has(index.name) }));
}
