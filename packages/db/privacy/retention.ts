import { sql } from 'kysely';
import type { Db } from '../connect.ts';
import { dropOlderPartitions, partitions } from '../ddl/partitions.ts';

/** What is kept for a time only, and since when it counts. */
const ages = { interactions: 'created_at', selections: 'selected_at', feedback: 'given_at' } as const;
/** Of a table's file, 8 MB: what one step deletes from. */
const pagesAtOnce = 1_024;

/**
 * Deletes interactions, picks and feedback from before `cutoff`, partitions that hold nothing else at once and the rest
 * in small steps; returns rows by table.
 */
export async function deleteOlder(db: Db, cutoff: Date): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  const dropped = await dropOlderPartitions(db, cutoff);
  for (const [table, age] of Object.entries(ages)) {
    rows[table] = table === 'interactions' ? dropped : 0;
    for (const file of await filesOf(db, table)) rows[table] += await deleteOlderFrom(db, file, age, cutoff);
  }
  return rows;
}

/** The tables in which its rows lie: a row's place is one in the file of its partition. */
async function filesOf(db: Db, table: string): Promise<string[]> {
  const parts = table === 'interactions' ? await partitions(db) : [];
  return parts.length === 0 ? [table] : parts.map(({ name }) => name);
}

/**
 * Goes through the file from piece to piece, and only through those that hold something old, which the index by age
 * tells. Looking for the next old rows again and again would pass by all that are deleted already each time.
 */
async function deleteOlderFrom(db: Db, table: string, age: string, cutoff: Date): Promise<number> {
  const { rows: pieces } = await sql<{ first: number }>`
    select distinct (ctid::text::point)[0]::bigint / ${pagesAtOnce}::bigint * ${pagesAtOnce}::bigint as first
    from ${sql.table(table)} where ${sql.ref(age)} < ${cutoff} order by first`.execute(db);
  let total = 0;
  for (const { first } of pieces) {
    const [from, to] = [`(${first},0)`, `(${first + pagesAtOnce},0)`];
    const { numAffectedRows } = await sql`
      delete from ${sql.table(table)}
      where ctid >= ${from}::tid and ctid < ${to}::tid and ${sql.ref(age)} < ${cutoff}`.execute(db);
    total += Number(numAffectedRows ?? 0n);
  }
  return total;
}
