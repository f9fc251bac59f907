import { minUuidAt } from '@learning-loop/events/ids';
import { type RawBuilder, sql } from 'kysely';
import pg from 'pg';
import type { Db, Tx } from '../connect.ts';
import { withAdvisoryLock } from '../transactions.ts';
import { lockTables, retryOnLockTimeout, setLockTimeout } from './lock-timeout.ts';
import { bounds, makePartition, monthAfter, nameUntil, overflowPartition } from './partitions.ts';

/**
 * The table that there was becomes the partition of all months before this one. Until it has, ids from later are refused:
 * whoever is killed in between leaves at least two months for the next to take up again.
 */
const monthsInFirst = 3;

/**
 * Partitions `interactions` by the month of its ids, while others read and write. Safe from many processes at once: one
 * does it, the others return at once. What a killed process left half done is taken up again. False, and the table stays
 * as it was, when it holds ids that are no times, or times of years to come.
 */
export async function convertInteractionsToPartitions(db: Db, now: Date): Promise<boolean> {
  if (await isPartitioned(db)) return true;
  const done = await withAdvisoryLock(db, 'partitions', async (connection) => {
    if (await isPartitioned(connection)) return true;
    const month = monthAfter(now, monthsInFirst);
    await refuseFrom(connection, month);
    if (!(await allBefore(connection))) return false;
    await retryOnLockTimeout(() => connection.transaction().execute((tx) => swap(tx, month)));
    return true;
  });
  return done ?? true;
}

async function isPartitioned(db: Db): Promise<boolean> {
  const { rows } = await sql<{ kind: string }>`
    select relkind as kind from pg_class where oid = 'interactions'::regclass`.execute(db);
  return rows[0]?.kind === 'p';
}

/** A check that is not known to hold for what is there needs no look at it. */
async function refuseFrom(db: Db, month: Date): Promise<void> {
  await inTurn(db, async (tx) => {
    await sql`alter table interactions drop constraint if exists interactions_until`.execute(tx);
    await sql`alter table interactions add constraint interactions_until
      check (interaction_id < ${sql.lit(minUuidAt(month))}) not valid`.execute(tx);
  });
}

/** Reads the whole table while others read and write, so that nothing has to be read while they cannot. */
async function allBefore(db: Db): Promise<boolean> {
  try {
    await sql`alter table interactions validate constraint interactions_until`.execute(db);
    return true;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === '23514')) throw error;
  }
  await inTurn(db, (tx) => sql`alter table interactions drop constraint interactions_until`.execute(tx));
  return false;
}

const inTurn = (db: Db, change: (tx: Tx) => Promise<unknown>) =>
  retryOnLockTimeout(() =>
    db.transaction().execute(async (tx) => {
      await setLockTimeout(tx);
      await change(tx);
    }),
  );

/** Nothing here takes longer the more rows there are. */
async function swap(tx: Tx, month: Date): Promise<void> {
  await lockTables(tx, ['interactions']);
  const { forWhole, forFirst } = await belongings(tx, nameUntil(month));
  const first = sql.table(nameUntil(month));
  await sql`alter table interactions rename to ${first}`.execute(tx);
  for (const statement of forFirst) await sql.raw(statement).execute(tx);
  await sql`create table interactions (like ${first} including defaults including storage including compression)
    partition by range (interaction_id)`.execute(tx);
  await sql`alter table interactions enable row level security`.execute(tx);
  for (const statement of forWhole) await sql.raw(statement).execute(tx);
  const range = { from: undefined, to: minUuidAt(month) };
  await sql`alter table interactions attach partition ${first} ${bounds(range)}`.execute(tx);
  await sql`alter table ${first} drop constraint interactions_until`.execute(tx);
  await makePartition(tx, { name: overflowPartition, from: range.to, to: undefined });
}

interface Belongings {
  /** Give the new table the indexes, the policies and the rights of the old one. */
  forWhole: string[];
  /** Take the names of the indexes, the policies and the rights from the old one. */
  forFirst: string[];
}

/** What belongs to the table and has to be its successor's, as statements. */
async function belongings(tx: Tx, first: string): Promise<Belongings> {
  const found = { forWhole: [] as string[], forFirst: [] as string[] };
  for (const read of [indexes, policies, rights]) {
    const { rows } = await read(first).execute(tx);
    for (const { whole, old } of rows) {
      found.forWhole.push(whole);
      found.forFirst.push(old);
    }
  }
  return found;
}

type Statements = RawBuilder<{ whole: string; old: string }>;

const indexes = (first: string): Statements => sql`
  select coalesce('alter table interactions add constraint ' || quote_ident(conname) || ' '
      || pg_get_constraintdef(c.oid), pg_get_indexdef(indexrelid)) as whole,
    format('alter index %I rename to %I', relname, replace(relname, 'interactions', ${first})) as old
  from pg_index join pg_class on pg_class.oid = indexrelid
  left join pg_constraint c on conindid = indexrelid and contype in ('p', 'u')
  where indrelid = 'interactions'::regclass`;

const policies = (first: string): Statements => sql`
  select format('create policy %I on interactions as %s for %s to %s', policyname, permissive, cmd,
      (select string_agg(quote_ident(role), ', ') from unnest(roles) as role))
      || coalesce(' using (' || qual || ')', '') || coalesce(' with check (' || with_check || ')', '') as whole,
    format('drop policy %I on %I', policyname, ${first}::text) as old
  from pg_policies where schemaname = 'public' and tablename = 'interactions'`;

const rights = (first: string): Statements => sql`
  select format('grant %s%s on interactions to %s%s', privilege_type, '(' || quote_ident(attname) || ')', role,
      case when is_grantable then ' with grant option' end) as whole,
    format('revoke all on %I from %s', ${first}::text, role) as old
  from (
    select relowner, null as attname, relacl as acl from pg_class where oid = 'interactions'::regclass
    union all
    select relowner, attname, attacl from pg_attribute join pg_class on pg_class.oid = attrelid
    where attrelid = 'interactions'::regclass
  ) as held, aclexplode(acl),
    lateral (select case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end as role) as named
  where grantee <> relowner`;
