import { minUuidAt, uuidTimestamp } from '@learning-loop/events/ids';
import { sql } from 'kysely';
import type { Db, Tx } from '../connect.ts';
import { withAdvisoryLock } from '../transactions.ts';
import { lockTables, retryOnLockTimeout } from './lock-timeout.ts';

/** A part of `interactions`: the ids from `from` on and below `to`; undefined where it has no end. */
export interface Partition {
  name: string;
  from: string | undefined;
  to: string | undefined;
}

/** Takes what comes after the last month that there is a partition for, so that no insert ever fails. */
export const overflowPartition = 'interactions_ahead';
/** After the present one. */
const monthsAhead = 3;

/** The first moment of a month (UTC), so many months after that of `time`. */
export const monthAfter = (time: Date, months: number): Date =>
  new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + months));

const nameOf = (month: Date) => month.toISOString().slice(0, 7).replace('-', '_');

/** The name of a partition that holds all that is older than this month. */
export const nameUntil = (month: Date): string => `interactions_until_${nameOf(month)}`;

/** The partitions of `interactions`, the oldest first; none while it is a plain table. */
export async function partitions(db: Db | Tx): Promise<Partition[]> {
  const { rows } = await sql<{ name: string; bounds: string }>`
    select relname as name, pg_get_expr(relpartbound, 0) as bounds from pg_class
    where oid in (select inhrelid from pg_inherits where inhparent = 'interactions'::regclass)`.execute(db);
  const found = rows.map(({ name, bounds }) => {
    const [from, to] = bounds.split(' TO ').map((bound) => /'(.+)'/u.exec(bound)?.[1]);
    return { name, from, to };
  });
  return found.toSorted((one, other) => ((one.from ?? '') < (other.from ?? '') ? -1 : 1));
}

/**
 * Makes the partitions of the months that have none, up to the third after that of `now`; returns their names. Safe from
 * many processes at once: one makes them, the others return at once. What has come for such a month before its partition
 * was there is moved into it, for as long as which the table is locked.
 */
export async function createFuturePartitions(db: Db, now: Date): Promise<string[]> {
  if ((await missing(db, now)).length === 0) return [];
  const make = (connection: Db) =>
    retryOnLockTimeout(() => connection.transaction().execute((tx) => makeMissing(tx, now)));
  return (await withAdvisoryLock(db, 'partitions', make)) ?? [];
}

/** Makes the planner's statistics of all of `interactions`: autovacuum makes only those of each partition. */
export async function analyzeWhole(db: Db): Promise<void> {
  await sql`analyze interactions`.execute(db);
}

/** The months without a partition, from the end of those that have one. */
async function missing(db: Db | Tx, now: Date): Promise<Date[]> {
  const from = (await partitions(db)).at(-1)?.from;
  const months: Date[] = [];
  if (from === undefined) return months;
  const end = monthAfter(now, monthsAhead + 1);
  for (let month = uuidTimestamp(from); month < end; month = monthAfter(month, 1)) months.push(month);
  return months;
}

async function makeMissing(tx: Tx, now: Date): Promise<string[]> {
  await lockTables(tx, ['interactions', overflowPartition]);
  const months = await missing(tx, now);
  const [first] = months;
  if (first === undefined) return [];
  const early = await detachOverflow(tx);
  for (const month of months) await makeMonth(tx, month);
  await makePartition(tx, {
    name: overflowPartition,
    from: minUuidAt(monthAfter(first, months.length)),
    to: undefined,
  });
  if (early) {
    await sql`insert into interactions select * from ${sql.table(early)}`.execute(tx);
    await sql`drop table ${sql.table(early)}`.execute(tx);
  }
  return months.map((month) => `interactions_${nameOf(month)}`);
}

/** Takes the partition for what is ahead away; returns the name of what it held, if anything. */
async function detachOverflow(tx: Tx): Promise<string | undefined> {
  const { rows } = await sql`select from ${sql.table(overflowPartition)} limit 1`.execute(tx);
  if (rows.length === 0) {
    await sql`drop table ${sql.table(overflowPartition)}`.execute(tx);
    return undefined;
  }
  const early = 'interactions_early';
  await sql`alter table interactions detach partition ${sql.table(overflowPartition)}`.execute(tx);
  await sql`alter table ${sql.table(overflowPartition)} rename to ${sql.table(early)}`.execute(tx);
  return early;
}

const makeMonth = (tx: Tx, month: Date) =>
  makePartition(tx, {
    name: `interactions_${nameOf(month)}`,
    from: minUuidAt(month),
    to: minUuidAt(monthAfter(month, 1)),
  });

/** Nobody has a right to a partition but through the whole, whatever rights new tables come with. */
export async function makePartition(tx: Tx, partition: Partition): Promise<void> {
  const table = sql.table(partition.name);
  await sql`create table ${table} partition of interactions ${bounds(partition)}`.execute(tx);
  await sql`alter table ${table} enable row level security`.execute(tx);
}

/** What follows a partition's name where it is made. */
export function bounds({ from, to }: Omit<Partition, 'name'>) {
  const [first, end] = [from ? sql.lit(from) : sql`minvalue`, to ? sql.lit(to) : sql`maxvalue`];
  return sql`for values from (${first}) to (${end})`;
}

/**
 * Drops the oldest partitions of `interactions`, as far as they hold nothing from `cutoff` on; returns the rows that
 * were in them. An empty one takes their place: an old id has to fit somewhere, or its insert would fail.
 */
export async function dropOlderPartitions(db: Db, cutoff: Date): Promise<number> {
  const { old, rows } = await whollyOlder(db, cutoff);
  const end = old.at(-1)?.to;
  const isEmptyFirst = old.length === 1 && rows === 0;
  if (end === undefined || isEmptyFirst) return 0;
  await retryOnLockTimeout(() => db.transaction().execute((tx) => replace(tx, old, end)));
  return rows;
}

/** Ids tell which may be; what counts is the age of the rows, which nobody makes any more of such an age. */
async function whollyOlder(db: Db, cutoff: Date): Promise<{ old: Partition[]; rows: number }> {
  const found = { old: [] as Partition[], rows: 0 };
  for (const partition of await partitions(db)) {
    if (partition.to === undefined || partition.to > minUuidAt(cutoff)) break;
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
  await lockTables(tx, ['interactions', ...names]);
  await sql`drop table ${sql.join(names.map((name) => sql.table(name)))}`.execute(tx);
  await makePartition(tx, { name: nameUntil(uuidTimestamp(end)), from: undefined, to: end });
}
