import { StartError } from '@learning-loop/service/errors';
import { type QueryExecutorProvider, sql } from 'kysely';
import {
  type AccessRole,
  accessRoles,
  lacking,
  type RoleNames,
  repairCommand,
  requireRoles,
} from '../roles/names.ts';
import { listVerbs, policyOf, rights } from '../roles/rights.ts';

/** One right, and the policy that goes with it. */
interface Access {
  role: string;
  table: string;
  verb: string;
  column: string | null;
  policy: string;
}

function listAccess(roles: RoleNames): Access[] {
  return accessRoles.flatMap((role) =>
    Object.entries(rights[role]).flatMap(([table, verbs]) =>
      [...listVerbs(verbs)].map((right) => ({
        ...right,
        ...{ role: roles[role], table, policy: policyOf(role).name },
      })),
    ),
  );
}

/**
 * Throws a StartError that names what the database lacks of its roles, policies and rights, and how to make them.
 * `acting` are the roles that the user has to be able to act as.
 */
export async function requireAccess(db: QueryExecutorProvider, acting: AccessRole[]): Promise<RoleNames> {
  const roles = await requireRoles(db);
  const missing = await findMissingRoles(db, roles);
  if (missing.length > 0) throw lacking([`the roles ${enumerate(missing)}`]);
  const lacks = await findMissingAccess(db, roles);
  if (lacks.length > 0) throw lacking(lacks);
  await requireMembership(
    db,
    acting.map((role) => roles[role]),
  );
  return roles;
}

async function findMissingRoles(db: QueryExecutorProvider, roles: RoleNames): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from unnest(${accessRoles.map((role) => roles[role])}::text[]) as name
    where not exists (select from pg_roles where rolname = name)`.execute(db);
  return rows.map(({ name }) => name);
}

/** As parts of a sentence. */
async function findMissingAccess(db: QueryExecutorProvider, roles: RoleNames): Promise<string[]> {
  const { rows } = await sql<{ kind: 'rights' | 'policies' | 'walls'; on: string }>`
    with needed as (
      select * from jsonb_to_recordset(${JSON.stringify(listAccess(roles))}::jsonb)
        as needed(role text, "table" text, verb text, "column" text, policy text)
      where to_regclass("table") is not null
    )
    select distinct 'rights' as kind, role || ' on ' || "table" as on from needed
      where not has_schema_privilege(role, 'public', 'usage') or not case when "column" is null
        then has_table_privilege(role, "table", verb)
        else has_column_privilege(role, "table", "column", verb) end
    union all select distinct 'policies', "table" from needed where not exists (
      select from pg_policy where polrelid = to_regclass("table") and polname = policy
        and (select oid from pg_roles where rolname = role) = any(polroles))
    union all select distinct 'walls', relname from pg_class ${tenantTables} and not relrowsecurity
    order by kind, "on"`.execute(db);
  const of = (kind: string) => rows.filter((row) => row.kind === kind).map(({ on }) => on);
  const [lost, policies, walls] = [of('rights'), of('policies'), of('walls')];
  return [
    ...(policies.length > 0 ? [`the policies of ${enumerate(policies)}`] : []),
    ...(lost.length > 0 ? [`rights of ${enumerate(lost)}`] : []),
    ...(walls.length > 0 ? [`row-level security on ${enumerate(walls)}`] : []),
  ];
}

/** Of `pg_class`: partitions as well, which nobody reaches past their parent. */
export const tenantTables = sql`
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and exists (
    select from pg_attribute where attrelid = pg_class.oid and (attname = 'tenant_id' or relname = 'erasure_key'))`;

async function requireMembership(db: QueryExecutorProvider, acting: string[]): Promise<void> {
  const { rows } = await sql<{ user: string; role: string }>`
    select current_user as user, role from unnest(${acting}::text[]) as role
    where not pg_has_role(role, 'member')`.execute(db);
  const [first] = rows;
  if (!first) return;
  throw new StartError(
    `The user ${first.user} of DATABASE_URL may not act as ${enumerate(rows.map(({ role }) => role))}: ${repairCommand} ` +
      `with --owner ${first.user} and a DATABASE_URL whose user may grant them.`,
  );
}

function enumerate(names: string[]): string {
  const [shown, more] = [names.slice(0, 4), names.length - 4];
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
