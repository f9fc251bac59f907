import { StartError } from '@learning-loop/service/errors';
import { type QueryExecutorProvider, sql } from 'kysely';

/** Of requests, and of the processes whose statements serve many tenants. */
export type AccessRole = 'tenant' | 'gateway' | 'memory' | 'persona' | 'training_log';
export type RoleNames = Record<AccessRole, string>;

export const accessRoles: AccessRole[] = ['tenant', 'gateway', 'memory', 'persona', 'training_log'];

/** Roles belong to the whole server. The first installation on it takes these names. */
export const firstPrefix = 'learning_loop';

export const toRoleNames = (prefix: string): RoleNames => ({
  tenant: `${prefix}_tenant`,
  gateway: `${prefix}_gateway`,
  memory: `${prefix}_memory`,
  persona: `${prefix}_persona`,
  training_log: `${prefix}_training_log`,
});

/** A scalar subquery: the policies say which roles the database uses. Null if they are missing. */
export const tenantRoleOfPolicies = sql<string | null>`(
  select pg_get_userbyid(polroles[1]) from pg_policy
  where polrelid = to_regclass('interactions') and polname = 'one_tenant')`;

/** Undefined for a database without its policies. */
export async function findRoles(db: QueryExecutorProvider): Promise<RoleNames | undefined> {
  const { rows } = await sql<{ tenant: string | null }>`select ${tenantRoleOfPolicies} as tenant`.execute(db);
  const tenant = rows[0]?.tenant ?? null;
  return tenant === null ? undefined : toRoleNames(tenant.slice(0, -'_tenant'.length));
}

export const repairCommand = 'run apps/gateway/repair.ts (pnpm database:repair)';

/** `lacks` are parts of a sentence. */
export const lacking = (lacks: string[]): StartError =>
  new StartError(
    `The database lacks ${lacks.join(', and ')}, as a dump leaves it that is restored without its roles: ` +
      `${repairCommand} with a DATABASE_URL whose user may create roles.`,
  );

/** Throws a StartError for a database without its policies. */
export async function requireRoles(db: QueryExecutorProvider): Promise<RoleNames> {
  const roles = await findRoles(db);
  if (!roles) throw lacking(['its roles and policies']);
  return roles;
}

/** Where the policies are gone, the rights that are left say whose they were. */
export async function findFormerRoles(db: QueryExecutorProvider): Promise<RoleNames | undefined> {
  const { rows } = await sql<{ tenant: string }>`
    select pg_get_userbyid(grantee) as tenant from pg_class, aclexplode(relacl)
    where pg_class.oid = to_regclass('interactions') and pg_get_userbyid(grantee) like 'learning\_loop\_%tenant'
    limit 1`.execute(db);
  return rows[0] && toRoleNames(rows[0].tenant.slice(0, -'_tenant'.length));
}

/**
 * For a database without policies. The first names are taken on a server where they are free, by who was granted them,
 * and by a superuser as long as no other owner holds them: who holds a role reads every database that uses it. All
 * others get names of their own database.
 */
export async function chooseRoles(db: QueryExecutorProvider): Promise<RoleNames> {
  const [first, own] = [toRoleNames(firstPrefix), toRoleNames(await ownPrefix(db))];
  const [ofFirst, ofOwn] = [await describeRoles(db, first), await describeRoles(db, own)];
  if (ofFirst.granted) return first;
  if (ofOwn.granted || ofFirst.foreign) return own;
  if (ofFirst.free) return first;
  return ofFirst.superuser ? first : own;
}

/** False if the roles belong to another installation, so that only its administrator may hand them out. */
export async function mayUse(db: QueryExecutorProvider, roles: RoleNames): Promise<boolean> {
  const { superuser, granted, free } = await describeRoles(db, roles);
  return superuser || granted || free;
}

/** At most 46 bytes, which leaves room for the longest suffix within PostgreSQL's 63. */
async function ownPrefix(db: QueryExecutorProvider): Promise<string> {
  const { rows } = await sql<{ name: string; hash: string }>`
    select current_database() as name, left(md5(current_database()), 6) as hash`.execute(db);
  const { name = '', hash = '' } = rows[0] ?? {};
  const word = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '_');
  return `${firstPrefix}_${word === name && word.length <= 30 ? word : `${word.slice(0, 23)}_${hash}`}`;
}

interface RoleState {
  superuser: boolean;
  /** To this user, who is no superuser: each of them. */
  granted: boolean;
  /** None of them exists. */
  free: boolean;
  /** Somebody else who is no superuser holds one. */
  foreign: boolean;
}

async function describeRoles(db: QueryExecutorProvider, roles: RoleNames): Promise<RoleState> {
  const names = accessRoles.map((role) => roles[role]);
  const { rows } = await sql<RoleState>`
    with used as (select oid, rolname from pg_roles where rolname = any(${names})),
      me as (select rolname, rolsuper from pg_roles where rolname = current_user)
    select me.rolsuper as superuser,
      not me.rolsuper and (select count(*) from used where pg_has_role(oid, 'member')) = ${names.length} as granted,
      not exists (select from used) as free,
      exists (select from used join pg_auth_members on roleid = used.oid join pg_roles as holder on holder.oid = member
        where not holder.rolsuper and holder.rolname <> me.rolname) as foreign
    from me`.execute(db);
  const [state] = rows;
  if (!state) throw new Error('pg_roles lacks the current user');
  return state;
}
