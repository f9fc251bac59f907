import { sql } from 'kysely';
import type { Db, Tx } from './connect.ts';
import { takeTables, whenFree } from './ddl/lock-timeout.ts';
import { makePartition, nameUntil, type Partition, partitions } from './ddl/partitions.ts';
import { firstIdAt, timeOf } from './uuid-v7.ts';

/**
 * Drops the oldest partitions of `interactions`, as far as they hold nothing from `cutoff` on; returns the rows that
 * were in them. An empty one takes their place: an old id has to fit somewhere, or its insert would fail.
 */
export async function dropOlderPartitions(db: Db, cutoff: Date): Promise<number> {
  const { old, rows } = await whollyOlder(db, cutoff);
  const end = old.at(-1)?.to;
  const isEmptyFirst = old.length === 1 && rows === 0;
  if (end === undefined || isEmptyFirst) return 0;
  await whenFree(() => db.transaction().execute((tx) => replace(tx, old, end)));
  return rows;
}

/** Ids tell which may be; what counts is the age of the rows, which nobody makes any more of such an age. */
async function whollyOlder(db: Db, cutoff: Date): Promise<{ old: Partition[]; rows: number }> {
  const found = { old: [] as Partition[], rows: 0 };
  for (const partition of await partitions(db)) {
    if (partition.to === undefined || partition.to > firstIdAt(cutoff)) break;
    const { rows: counts } = await sql<{ rows: number; young: boolean }>`
      select count(*) as rows, coalesce(bool_or(created_at >= ${cutoff}), false) as young
      from ${sql.table(partition.name)}`.execute(db);
    const [seen] = counts;
    if (!seen || seen.young) break;
    found.old.push(partition);
    found.rows += seen.rows;
  }
  return found;
}

async function replace(tx: Tx, old: Partition[], end: string): Promise<void> {
  const names = old.map(({ name }) => name);
  await takeTables(tx, ['interactions', ...names]);
  await sql`drop table ${sql.join(names.map((name) => sql.table(name)))}`.execute(tx);
  await makePartition(tx, { name: nameUntil(timeOf(end)), from: undefined, to: end });
}
