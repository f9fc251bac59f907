/**
 * SQL that makes a role and gives it to whoever migrates. Roles belong to the whole server, where another database may
 * have made them, even at this moment, or an administrator before, for a user who may not make any. Who makes a role
 * may give it to itself, but has not got it by that.
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
