import { sql } from 'kysely';
import type { Db } from '../connect.ts';
import { dropOlderPartitions, listPartitions } from '../ddl/partitions.ts';

const ageColumns = { interactions: 'created_at', selections: 'selected_at', feedback: 'given_at' } as const;
/** 8 MB of a table's file. */
const pagesPerStep = 1_024;

/** Drops whole partitions where possible and deletes the rest in small steps; returns rows by table. */
export async function deleteOlder(db: Db, cutoff: Date): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  const dropped = await dropOlderPartitions(db, cutoff);
  for (const [table, age] of Object.entries(ageColumns)) {
    rows[table] = table === 'interactions' ? dropped : 0;
    for (const file of await listFiles(db, table))
      rows[table] += await deleteOlderFrom(db, file, age, cutoff);
  }
  return rows;
}

/** `ctid` is a position in the file of a partition. */
async function listFiles(db: Db, table: string): Promise<string[]> {
  const parts = table === 'interactions' ? await listPartitions(db) : [];
  return parts.length === 0 ? [table] : parts.map(({ name }) => name);
}

/** By ranges of pages that hold old rows; repeated `limit` queries would each pass all rows deleted before. */
async function deleteOlderFrom(db: Db, table: string, age: string, cutoff: Date): Promise<number> {
  const { rows: ranges } = await sql<{ first: number }>`
    select distinct (ctid::text::point)[0]::bigint / ${pagesPerStep}::bigint * ${pagesPerStep}::bigint as first
    from ${sql.table(table)} where ${sql.ref(age)} < ${cutoff} order by first`.execute(db);
  let total = 0;
  for (const { first } of ranges) {
    const [from, to] = [`(${first},0)`, `(${first + pagesPerStep},0)`];
    const { numAffectedRows } = await sql`
      delete from ${sql.table(table)}
      where ctid >= ${from}::tid and ctid < ${to}::tid and ${sql.ref(age)} < ${cutoff}`.execute(db);
    total += Number(numAffectedRows ?? 0n);
  }
  return total;
}
