/**
 * Creates the role and grants it to the migrating user. Roles belong to the whole server: another database may create
 * it at the same moment, or an administrator did for a user without that right. Creating a role grants no membership.
 */
export const createRole = (role: string): string => `do $$ begin
  if not exists (select from pg_roles where rolname = '${role}') then
    begin
      create role ${role} nologin;
    exception when duplicate_object or unique_violation then null;
    end;
  end if;
  if not (select rolsuper from pg_roles where rolname = current_user) then
    begin
      execute format('grant ${role} to %I', current_user);
    exception when insufficient_privilege then
      if not pg_has_role(current_user, '${role}', 'member') then raise; end if;
    end;
  end if;
end $$`;
