import { databaseForTest, emptyDatabaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { connectDb, type Db } from './connect.ts';
import { createMigrator } from './migrate.ts';

/** From this one on, what ran before was in use. */
const first = '0006-moves-in-order';

/** What a migration takes away on purpose, after a release that no longer used it: see `contract` in its README. */
const contracts: Record<string, string[]> = {};

/** What a running version may rely on: what it reads, may do, and may leave out when it writes. */
async function listPromises(db: Db): Promise<Set<string>> {
  const { rows } = await sql<{ promise: string }>`
    select 'column ' || table_name || '.' || column_name || ' ' || data_type as promise
      from information_schema.columns where table_schema = 'public'
    union all select 'may be left out: ' || table_name || '.' || column_name
      from information_schema.columns
      where table_schema = 'public' and (is_nullable = 'YES' or column_default is not null)
    union all select 'right ' || grantee || ' ' || privilege_type || ' ' || table_name || '.' || column_name
      from information_schema.column_privileges where table_schema = 'public'
    union all select 'right ' || grantee || ' ' || privilege_type || ' ' || table_name
      from information_schema.table_privileges where table_schema = 'public'
    union all select 'rows without a policy: ' || relname
      from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity
    union all select 'policy ' || tablename || ' ' || roles::text || ' ' || coalesce(qual, '')
      from pg_policies where schemaname = 'public'
    union all select 'unique ' || relname || ' ' || pg_get_indexdef(indexrelid)
      from pg_index join pg_class on pg_class.oid = indrelid
      where relnamespace = 'public'::regnamespace and indisunique`.execute(db);
  return new Set(rows.map(({ promise }) => promise));
}

/** What refuses a row that was accepted before, by table. */
async function listDemands(db: Db): Promise<{ table: string; demand: string }[]> {
  const { rows } = await sql<{ table: string; demand: string }>`
    select conrelid::regclass::text as table, pg_get_constraintdef(oid) as demand from pg_constraint
      where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'u', 'p', 'x')
    union all select table_name, column_name || ' has to be given' from information_schema.columns
      where table_schema = 'public' and is_nullable = 'NO' and column_default is null
    union all select indrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
      join pg_class on pg_class.oid = indrelid
      where relnamespace = 'public'::regnamespace and indisunique`.execute(db);
  return rows;
}

/** What the change takes from a version that ran before it, or asks of it; empty for one that only adds. */
async function findBreaks(db: Db, change: () => Promise<unknown>): Promise<string[]> {
  const [promises, demands] = [await listPromises(db), await listDemands(db)];
  await change();
  const kept = await listPromises(db);
  const tables = new Set(demands.map(({ table }) => table));
  const known = new Set(demands.map(({ table, demand }) => `${table}: ${demand}`));
  const lost = [...promises].filter((promise) => !kept.has(promise)).map((promise) => `lost: ${promise}`);
  const asked = (await listDemands(db)).filter(({ table }) => tables.has(table));
  const added = asked
    .map(({ table, demand }) => `${table}: ${demand}`)
    .filter((demand) => !known.has(demand));
  return [...lost, ...added.map((demand) => `asked: ${demand}`)];
}

test('each migration only adds: a version that ran before it reads, writes and may what it could', async () => {
  await using db = connectDb(await emptyDatabaseForTest());
  const migrator = createMigrator(db);
  await migrator.migrateTo(first);
  const names = (await migrator.getMigrations()).map(({ name }) => name);
  const later = names.slice(names.indexOf(first) + 1);
  expect(later.length).toBeGreaterThanOrEqual(5);
  for (const name of later) {
    const step = async () => expect((await migrator.migrateTo(name)).error).toBeUndefined();
    expect({ name, breaks: await findBreaks(db, step) }).toEqual({
      ...{ name, breaks: contracts[name] ?? [] },
    });
  }
});

const shared = connectDb(await databaseForTest(), { max: 1 });
afterAll(() => shared.destroy());

/** Of a statement on today's schema, which stays as it is. */
async function breaksOf(statement: string): Promise<string[]> {
  const tx = await shared.startTransaction().execute();
  const breaks = await findBreaks(tx, () => sql.raw(statement).execute(tx));
  await tx.rollback().execute();
  return breaks;
}

test.each([
  ['alter table feedback rename column value to given', /lost: column feedback.value/],
  ['alter table feedback alter column type type varchar(20)', /lost: column feedback.type text/],
  ['alter table memories drop column slot', /lost: column memories.slot/],
  ['alter table memories alter column slot set not null', /asked: memories: slot has to be given/],
  ['alter table memories add column source text not null', /asked: memories: source has to be given/],
  ['alter table memories alter column status drop default', /lost: may be left out: memories.status/],
  [
    'revoke update on personas from learning_loop_persona',
    /lost: right learning_loop_persona UPDATE personas/,
  ],
  ['drop policy one_tenant on feedback', /lost: policy feedback/],
  ['alter table feedback drop constraint feedback_pkey', /lost: unique feedback/],
  ['create unique index only_one on feedback (user_id)', /asked: feedback: CREATE UNIQUE INDEX only_one/],
  ["alter table feedback add check (type <> '')", /asked: feedback: CHECK/],
  ['alter table kysely_migration enable row level security', /lost: rows without a policy: kysely_migration/],
  ['drop table fine_tunes', /lost: column fine_tunes/],
])('%s would be noticed', async (statement, expected) => {
  expect((await breaksOf(statement)).join('\n')).toMatch(expected);
});

test.each([
  "alter table memories add column source text not null default ''",
  'alter table memories add column source text',
  'create table sources (tenant_id text primary key)',
  'alter table memories drop constraint memories_status_check',
  'create index memories_by_count on memories (count)',
  'grant select on feedback to learning_loop_memory',
])('%s only adds', async (statement) => {
  expect(await breaksOf(statement)).toEqual([]);
});
