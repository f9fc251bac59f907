import { minUuidAt, uuidTimestamp } from '@learning-loop/events/ids';
import { sql } from 'kysely';
import type { Db, Tx } from '../connect.ts';
import { withAdvisoryLock } from '../transactions.ts';
import { lockTables, retryOnLockTimeout } from './lock-timeout.ts';

/** Of `interactions`: ids in [`from`, `to`); undefined is unbounded. */
export interface Partition {
  name: string;
  from: string | undefined;
  to: string | undefined;
}

/** Takes ids after the last month that has a partition, so that inserts never fail. */
export const overflowPartition = 'interactions_ahead';
const monthsAhead = 3;

/** In UTC, `offset` months after the month of `time`. */
export const startOfMonth = (time: Date, offset: number): Date =>
  new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + offset));

const formatMonth = (month: Date) => month.toISOString().slice(0, 7).replace('-', '_');

export const nameOldestPartition = (month: Date): string => `interactions_until_${formatMonth(month)}`;

/** Oldest first; empty while `interactions` is a plain table. */
export async function listPartitions(db: Db | Tx): Promise<Partition[]> {
  const { rows } = await sql<{ name: string; bounds: string }>`
    select relname as name, pg_get_expr(relpartbound, 0) as bounds from pg_class
    where oid in (select inhrelid from pg_inherits where inhparent = 'interactions'::regclass)`.execute(db);
  const partitions = rows.map(({ name, bounds }) => {
    const [from, to] = bounds.split(' TO ').map((bound) => /'(.+)'/u.exec(bound)?.[1]);
    return { name, from, to };
  });
  return partitions.toSorted((one, other) => ((one.from ?? '') < (other.from ?? '') ? -1 : 1));
}

/** Returns their names. Safe to call concurrently. Locks the table while moving rows from the overflow partition. */
export async function createFuturePartitions(db: Db, now: Date): Promise<string[]> {
  if ((await listMissingMonths(db, now)).length === 0) return [];
  const create = (connection: Db) =>
    retryOnLockTimeout(() => connection.transaction().execute((tx) => createMissing(tx, now)));
  return (await withAdvisoryLock(db, 'partitions', create)) ?? [];
}

/** Autovacuum analyzes only the partitions, never the whole table. */
export async function analyzeInteractions(db: Db): Promise<void> {
  await sql`analyze interactions`.execute(db);
}

async function listMissingMonths(db: Db | Tx, now: Date): Promise<Date[]> {
  const from = (await listPartitions(db)).at(-1)?.from;
  const months: Date[] = [];
  if (from === undefined) return months;
  const end = startOfMonth(now, monthsAhead + 1);
  for (let month = uuidTimestamp(from); month < end; month = startOfMonth(month, 1)) months.push(month);
  return months;
}

async function createMissing(tx: Tx, now: Date): Promise<string[]> {
  await lockTables(tx, ['interactions', overflowPartition]);
  const months = await listMissingMonths(tx, now);
  const [first] = months;
  if (first === undefined) return [];
  const detached = await detachOverflow(tx);
  for (const month of months) await createMonth(tx, month);
  await createPartition(tx, {
    name: overflowPartition,
    from: minUuidAt(startOfMonth(first, months.length)),
    to: undefined,
  });
  if (detached) {
    await sql`insert into interactions select * from ${sql.table(detached)}`.execute(tx);
    await sql`drop table ${sql.table(detached)}`.execute(tx);
  }
  return months.map((month) => `interactions_${formatMonth(month)}`);
}

/** The name of the detached table, if it has rows. */
async function detachOverflow(tx: Tx): Promise<string | undefined> {
  const { rows } = await sql`select from ${sql.table(overflowPartition)} limit 1`.execute(tx);
  if (rows.length === 0) {
    await sql`drop table ${sql.table(overflowPartition)}`.execute(tx);
    return undefined;
  }
  const detached = 'interactions_early';
  await sql`alter table interactions detach partition ${sql.table(overflowPartition)}`.execute(tx);
  await sql`alter table ${sql.table(overflowPartition)} rename to ${sql.table(detached)}`.execute(tx);
  return detached;
}

const createMonth = (tx: Tx, month: Date) =>
  createPartition(tx, {
    name: `interactions_${formatMonth(month)}`,
    from: minUuidAt(month),
    to: minUuidAt(startOfMonth(month, 1)),
  });

/** Partitions get no policies of their own: rows are reached only through the parent table. */
export async function createPartition(tx: Tx, partition: Partition): Promise<void> {
  const table = sql.table(partition.name);
  await sql`create table ${table} partition of interactions ${toBounds(partition)}`.execute(tx);
  await sql`alter table ${table} enable row level security`.execute(tx);
}

export function toBounds({ from, to }: Omit<Partition, 'name'>) {
  const [first, end] = [from ? sql.lit(from) : sql`minvalue`, to ? sql.lit(to) : sql`maxvalue`];
  return sql`for values from (${first}) to (${end})`;
}

/** Returns the number of rows. An empty partition replaces the dropped ones, or inserts of old ids would fail. */
export async function dropOlderPartitions(db: Db, cutoff: Date): Promise<number> {
  const { expired, rows } = await findExpired(db, cutoff);
  const end = expired.at(-1)?.to;
  const isEmptyFirst = expired.length === 1 && rows === 0;
  if (end === undefined || isEmptyFirst) return 0;
  await retryOnLockTimeout(() => db.transaction().execute((tx) => replaceWithEmpty(tx, expired, end)));
  return rows;
}

/** Ids only preselect: the age of the rows decides. No lock, since nobody inserts rows of that age any more. */
async function findExpired(db: Db, cutoff: Date): Promise<{ expired: Partition[]; rows: number }> {
  const result = { expired: [] as Partition[], rows: 0 };
  for (const partition of await listPartitions(db)) {
    if (partition.to === undefined || partition.to > minUuidAt(cutoff)) break;
    const { rows: counts } = await sql<{ rows: number; young: boolean }>`
      select count(*) as rows, coalesce(bool_or(created_at >= ${cutoff}), false) as young
      from ${sql.table(partition.name)}`.execute(db);
    const [content] = counts;
    if (!content || content.young) break;
    result.expired.push(partition);
    result.rows += content.rows;
  }
  return result;
}

async function replaceWithEmpty(tx: Tx, expired: Partition[], end: string): Promise<void> {
  const names = expired.map(({ name }) => name);
  await lockTables(tx, ['interactions', ...names]);
  await sql`drop table ${sql.join(names.map((name) => sql.table(name)))}`.execute(tx);
  await createPartition(tx, { name: nameOldestPartition(uuidTimestamp(end)), from: undefined, to: end });
}
