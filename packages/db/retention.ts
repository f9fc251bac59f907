import { sql } from 'kysely';
import type { Db } from './connect.ts';

/** What is kept for a time only, and since when it counts. */
const ages = { interactions: 'created_at', selections: 'selected_at', feedback: 'given_at' } as const;
const atOnce = 5_000;

/** Deletes interactions, picks and feedback from before `cutoff`, in small steps; returns rows by table. */
export async function deleteOlder(db: Db, cutoff: Date): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const [table, age] of Object.entries(ages))
    rows[table] = await deleteOlderFrom(db, table, age, cutoff);
  return rows;
}

async function deleteOlderFrom(db: Db, table: string, age: string, cutoff: Date): Promise<number> {
  let total = 0;
  for (let deleted = atOnce; deleted === atOnce; total += deleted) {
    const { numAffectedRows } = await sql`
      delete from ${sql.table(table)} where ctid = any(array(
        select ctid from ${sql.table(table)} where ${sql.ref(age)} < ${cutoff} limit ${atOnce}))`.execute(db);
    deleted = Number(numAffectedRows ?? 0n);
  }
  return total;
}
