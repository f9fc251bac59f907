import { minUuidAt } from '@learning-loop/events/ids';
import { type RawBuilder, sql } from 'kysely';
import pg from 'pg';
import type { Db, Tx } from '../connect.ts';
import { withAdvisoryLock } from '../transactions.ts';
import { lockTables, retryOnLockTimeout, setLockTimeout } from './lock-timeout.ts';
import {
  createPartition,
  nameOldestPartition,
  overflowPartition,
  startOfMonth,
  toBounds,
} from './partitions.ts';

/** Until the conversion is complete, later ids are rejected: after a crash, at least two months remain to resume. */
const monthsInFirst = 3;

/**
 * By month of the ids, while others read and write. One process converts, the others return at once; after a crash the
 * next call resumes. False, and the table is unchanged, if ids are not UUIDv7 or later than `monthsInFirst` allows.
 */
export async function convertInteractionsToPartitions(db: Db, now: Date): Promise<boolean> {
  if (await isPartitioned(db)) return true;
  const done = await withAdvisoryLock(db, 'partitions', async (connection) => {
    if (await isPartitioned(connection)) return true;
    const month = startOfMonth(now, monthsInFirst);
    await rejectIdsFrom(connection, month);
    if (!(await validateIds(connection))) return false;
    await retryOnLockTimeout(() => connection.transaction().execute((tx) => replaceTable(tx, month)));
    return true;
  });
  return done ?? true;
}

async function isPartitioned(db: Db): Promise<boolean> {
  const { rows } = await sql<{ kind: string }>`
    select relkind as kind from pg_class where oid = 'interactions'::regclass`.execute(db);
  return rows[0]?.kind === 'p';
}

/** `not valid`, so that adding the constraint does not scan the table. */
async function rejectIdsFrom(db: Db, month: Date): Promise<void> {
  await alterTable(db, async (tx) => {
    await sql`alter table interactions drop constraint if exists interactions_until`.execute(tx);
    await sql`alter table interactions add constraint interactions_until
      check (interaction_id < ${sql.lit(minUuidAt(month))}) not valid`.execute(tx);
  });
}

/** Scans the table while others read and write, so that attaching it as a partition does not have to. */
async function validateIds(db: Db): Promise<boolean> {
  try {
    await sql`alter table interactions validate constraint interactions_until`.execute(db);
    return true;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === '23514')) throw error;
  }
  await alterTable(db, (tx) => sql`alter table interactions drop constraint interactions_until`.execute(tx));
  return false;
}

const alterTable = (db: Db, change: (tx: Tx) => Promise<unknown>) =>
  retryOnLockTimeout(() =>
    db.transaction().execute(async (tx) => {
      await setLockTimeout(tx);
      await change(tx);
    }),
  );

/** Takes the same time for any number of rows. */
async function replaceTable(tx: Tx, month: Date): Promise<void> {
  await lockTables(tx, ['interactions']);
  const { create, detach } = await readDependents(tx, nameOldestPartition(month));
  const first = sql.table(nameOldestPartition(month));
  await sql`alter table interactions rename to ${first}`.execute(tx);
  for (const statement of detach) await sql.raw(statement).execute(tx);
  await sql`create table interactions (like ${first} including defaults including storage including compression)
    partition by range (interaction_id)`.execute(tx);
  await sql`alter table interactions enable row level security`.execute(tx);
  for (const statement of create) await sql.raw(statement).execute(tx);
  const range = { from: undefined, to: minUuidAt(month) };
  await sql`alter table interactions attach partition ${first} ${toBounds(range)}`.execute(tx);
  await sql`alter table ${first} drop constraint interactions_until`.execute(tx);
  await createPartition(tx, { name: overflowPartition, from: range.to, to: undefined });
}

/** Statements that give the new table the indexes, policies and grants of the old one, and take them from the old. */
interface Dependents {
  create: string[];
  detach: string[];
}

async function readDependents(tx: Tx, first: string): Promise<Dependents> {
  const dependents: Dependents = { create: [], detach: [] };
  for (const read of [selectIndexes, selectPolicies, selectGrants]) {
    const { rows } = await read(first).execute(tx);
    for (const { whole, old } of rows) {
      dependents.create.push(whole);
      dependents.detach.push(old);
    }
  }
  return dependents;
}

type Statements = RawBuilder<{ whole: string; old: string }>;

const selectIndexes = (first: string): Statements => sql`
  select coalesce('alter table interactions add constraint ' || quote_ident(conname) || ' '
      || pg_get_constraintdef(c.oid), pg_get_indexdef(indexrelid)) as whole,
    format('alter index %I rename to %I', relname, replace(relname, 'interactions', ${first})) as old
  from pg_index join pg_class on pg_class.oid = indexrelid
  left join pg_constraint c on conindid = indexrelid and contype in ('p', 'u')
  where indrelid = 'interactions'::regclass`;

const selectPolicies = (first: string): Statements => sql`
  select format('create policy %I on interactions as %s for %s to %s', policyname, permissive, cmd,
      (select string_agg(quote_ident(role), ', ') from unnest(roles) as role))
      || coalesce(' using (' || qual || ')', '') || coalesce(' with check (' || with_check || ')', '') as whole,
    format('drop policy %I on %I', policyname, ${first}::text) as old
  from pg_policies where schemaname = 'public' and tablename = 'interactions'`;

const selectGrants = (first: string): Statements => sql`
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
