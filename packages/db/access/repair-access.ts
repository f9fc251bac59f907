import { StartError } from '@learning-loop/service/errors';
import { sql } from 'kysely';
import type { Db, Tx } from '../connect.ts';
import { createRole } from '../ddl/create-role.ts';
import { retryOnLockTimeout, setLockTimeout } from '../ddl/lock-timeout.ts';
import {
  type AccessRole,
  accessRoles,
  chooseRoles,
  findFormerRoles,
  findRoles,
  mayUse,
  type RoleNames,
} from '../roles/names.ts';
import { policyOf, rights } from '../roles/rights.ts';
import { requireAccess, tenantTables } from './check-access.ts';

/**
 * Makes the roles, policies and rights of a migrated database again, in one transaction; whoever owns the tables may act
 * as the roles. `owner` takes over all tables first, for which the user has to be a superuser. Safe while the service
 * runs, and if nothing is missing. Throws a StartError if the database has no tables.
 */
export async function repairAccess(db: Db, owner?: string): Promise<RoleNames> {
  const repair = (tx: Tx) => repairWithin(tx, owner);
  return await retryOnLockTimeout(() => db.transaction().execute(repair));
}

async function repairWithin(tx: Tx, owner: string | undefined): Promise<RoleNames> {
  await setLockTimeout(tx);
  await requireTables(tx);
  if (owner !== undefined) await giveTo(tx, owner);
  const before = (await findRoles(tx)) ?? (await findFormerRoles(tx));
  const roles = before && (await mayUse(tx, before)) ? before : await chooseRoles(tx);
  for (const role of accessRoles) await sql.raw(createRole(roles[role])).execute(tx);
  if (before && before.tenant !== roles.tenant) await revokeAll(tx, before);
  const { rows } = await sql<{ name: string }>`select relname as name from pg_class ${tenantTables}`.execute(
    tx,
  );
  for (const { name } of rows)
    await sql`alter table ${sql.table(name)} enable row level security`.execute(tx);
  const tables = new Set(rows.map(({ name }) => name));
  for (const role of accessRoles) await grantAccess(tx, { role, name: roles[role], tables });
  await grantToOwner(tx, roles);
  return await requireAccess(tx, []);
}

async function requireTables(tx: Tx): Promise<void> {
  const { rows } = await sql<{ any: boolean }>`
    select to_regclass('interactions') is not null as any`.execute(tx);
  if (!rows[0]?.any)
    throw new StartError(
      'The database of DATABASE_URL has no tables: restore them first, or run apps/gateway/migrate.ts for empty ones.',
    );
}

interface Grantee {
  role: AccessRole;
  name: string;
  /** Those that there are: a dump of an older version may lack some, which its migrations make. */
  tables: Set<string>;
}

async function grantAccess(tx: Tx, { role, name, tables }: Grantee): Promise<void> {
  const policy = policyOf(role);
  await sql`grant usage on schema public to ${sql.id(name)}`.execute(tx);
  for (const [table, verbs] of Object.entries(rights[role])) {
    if (!tables.has(table)) continue;
    const on = sql`${sql.id(policy.name)} on ${sql.table(table)}`;
    await sql`grant ${sql.raw(verbs)} on ${sql.table(table)} to ${sql.id(name)}`.execute(tx);
    await sql`drop policy if exists ${on}`.execute(tx);
    await sql`create policy ${on} to ${sql.id(name)} using (${sql.raw(policy.rows)})
      with check (${sql.raw(policy.rows)})`.execute(tx);
  }
}

/** Of another installation, which a dump restored on its server still names. */
async function revokeAll(tx: Tx, roles: RoleNames): Promise<void> {
  const names = accessRoles.map((role) => roles[role]);
  const { rows } = await sql<{ name: string }>`
    select rolname as name from pg_roles where rolname = any(${names})`.execute(tx);
  for (const { name } of rows)
    await sql`revoke all on all tables in schema public from ${sql.id(name)}`.execute(tx);
}

/** If the administrator of the server repairs for somebody who may not create roles. */
async function grantToOwner(tx: Tx, roles: RoleNames): Promise<void> {
  const { rows } = await sql<{ owner: string }>`
    select rolname as owner from pg_class join pg_roles on pg_roles.oid = relowner
    where pg_class.oid = to_regclass('interactions') and rolname <> current_user and not rolsuper`.execute(
    tx,
  );
  for (const { owner } of rows)
    for (const role of accessRoles) await sql`grant ${sql.id(roles[role])} to ${sql.id(owner)}`.execute(tx);
}

/** Tables, sequences of their own, functions and schemas: of the queues, too. */
async function giveTo(tx: Tx, owner: string): Promise<void> {
  const { rows } = await sql<{ change: string }>`
    with schemas as (select oid, nspname from pg_namespace where nspname in ('public', 'queue'))
    select format('alter schema %I owner to %I', nspname, ${owner}::text) as change
      from schemas where nspname = 'queue'
    union all select format('alter %s %s owner to %I', case relkind when 'S' then 'sequence' when 'v' then 'view'
        when 'm' then 'materialized view' else 'table' end, pg_class.oid::regclass, ${owner}::text)
      from pg_class join schemas on schemas.oid = relnamespace
      where relkind in ('r', 'p', 'S', 'v', 'm') and not exists (
        select from pg_depend where objid = pg_class.oid and classid = 'pg_class'::regclass and deptype in ('a', 'i')
          and relkind = 'S')
    union all select format('alter routine %s owner to %I', pg_proc.oid::regprocedure, ${owner}::text)
      from pg_proc join schemas on schemas.oid = pronamespace
    union all select format('alter type %s owner to %I', pg_type.oid::regtype, ${owner}::text)
      from pg_type join schemas on schemas.oid = typnamespace where typtype in ('e', 'd')`.execute(tx);
  for (const { change } of rows) await sql.raw(change).execute(tx);
}
