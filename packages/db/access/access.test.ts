import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connectDb, type Db } from '../connect.ts';
import { migrate } from '../migrate.ts';
import { asTenant } from '../transactions.ts';
import { setTrainingOptOut } from '../users/settings.ts';
import { repairAccess } from './repair-access.ts';

async function databaseOfTest(): Promise<Db> {
  const db = connectDb(await databaseForTest());
  onTestFinished(() => db.destroy());
  return db;
}

/** All rights and policies of roles that own nothing. */
async function listRights(db: Db): Promise<string[]> {
  const { rows } = await sql<{ what: string }>`
    select format('%s %s %s', grantee, privilege_type, table_name) as what
      from information_schema.table_privileges where table_schema = 'public' and grantee like 'learning_loop%'
    union all select format('%s %s %s.%s', grantee, privilege_type, table_name, column_name)
      from information_schema.column_privileges where table_schema = 'public' and grantee like 'learning_loop%'
    union all select format('%s %s %s %s %s %s', tablename, policyname, roles, cmd, qual, with_check)
      from pg_policies where schemaname = 'public'
    union all select format('rows of %s need a policy', relname) from pg_class
      where relnamespace = 'public'::regnamespace and relrowsecurity
    order by what`.execute(db);
  return rows.map(({ what }) => what);
}

async function strip(db: Db, statements: string): Promise<void> {
  await sql.raw(`do $$ declare it record; begin ${statements} end $$`).execute(db);
}

const dropPolicies = `for it in select * from pg_policies where schemaname = 'public' loop
  execute format('drop policy %I on %I', it.policyname, it.tablename); end loop;`;
const revokeRights = `for it in select rolname from pg_roles where rolname like 'learning\\_loop\\_%' loop
  execute format('revoke all on all tables in schema public from %I', it.rolname); end loop;`;
const openTables = `for it in select relname from pg_class where relnamespace = 'public'::regnamespace and relrowsecurity
  loop execute format('alter table %I disable row level security', it.relname); end loop;`;

test.each([
  ['policies', dropPolicies, /^The database lacks its roles and policies, as a dump leaves it/],
  ['policies of one table', 'drop policy one_tenant on feedback;', /lacks the policies of feedback, as/],
  ['rights', revokeRights, /lacks rights of learning_loop_gateway on api_keys, [^\n]* and \d+ more, as/],
  [
    'a right on one column',
    'revoke update (last_used_at) on api_keys from learning_loop_gateway;',
    /lacks rights of learning_loop_gateway on api_keys, as/,
  ],
  ['row-level security', openTables, /lacks row-level security on api_keys, [^\n]* and \d+ more, as/],
  ['all of it', dropPolicies + revokeRights + openTables, /lacks its roles and policies, as/],
])(
  'a start on a database that lacks %s says so, and a repair makes it again',
  async (_what, statements, said) => {
    const db = await databaseOfTest();
    const before = await listRights(db);
    expect(before.length).toBeGreaterThan(100);
    await strip(db, statements);
    expect(await listRights(db)).not.toEqual(before);
    const refused = await migrate(db).catch((error: Error) => error.message);
    expect(refused).toMatch(said);
    expect(refused).toMatch(/^[^\n]*run apps\/gateway\/repair\.ts \(pnpm database:repair\)[^\n]*\.$/);
    await repairAccess(db);
    expect(await listRights(db)).toEqual(before);
    await migrate(db);
  },
);

test('a repair of a database that lacks nothing changes nothing', async () => {
  const db = await databaseOfTest();
  const before = await listRights(db);
  await repairAccess(db);
  expect(await listRights(db)).toEqual(before);
});

test('a request of a tenant gets no rows, and never the owner’s rights, while policies are missing', async () => {
  const db = await databaseOfTest();
  await setTrainingOptOut(db, { tenant_id: 'other', user_id: 'ada' }, true);
  await strip(db, dropPolicies);
  const seen = await asTenant(db, 'acme', (tx) => tx.selectFrom('user_settings').selectAll().execute());
  expect(seen).toEqual([]);
});
