import { type Kysely, sql } from 'kysely';
import { createRole } from '../ddl/create-role.ts';
import { type AccessRole, chooseRoles } from '../roles/names.ts';

/** A request reads and changes what is one tenant's: `learning_loop.tenant` says whose. */
const ofTenants = [
  'interactions',
  'selections',
  'outbox',
  'dead_letters',
  'memories',
  'memory_sources',
  'personas',
  'persona_updates',
  'feedback',
  'user_settings',
  'erasures',
];

/** The batching writers serve many tenants in one statement; each reaches the tables that it works on and no others. */
const workers: Partial<Record<AccessRole, Record<string, string>>> = {
  memory: {
    memories: 'select, insert, update',
    memory_sources: 'select, insert',
  },
  persona: {
    personas: 'select, insert, update',
    persona_updates: 'insert',
    memories: 'select',
    feedback: 'select',
  },
  training_log: { user_settings: 'select' },
};
const ofEveryWorker = { outbox: 'select, insert, update, delete', dead_letters: 'select, insert, update' };

const withoutRole = ['api_keys', 'dataset_builds', 'models', 'model_changes', 'experiments', 'fine_tunes'];

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  const roles = await chooseRoles(db);
  for (const table of [...ofTenants, ...withoutRole])
    await run(`alter table ${table} enable row level security`);

  await run(createRole(roles.tenant));
  for (const table of ofTenants) {
    await run(`grant select, insert, update, delete on ${table} to ${roles.tenant}`);
    await run(`create policy one_tenant on ${table} to ${roles.tenant}
      using (tenant_id = current_setting('learning_loop.tenant'))
      with check (tenant_id = current_setting('learning_loop.tenant'))`);
  }
  for (const worker of ['memory', 'persona', 'training_log'] as const) {
    const [role, tables] = [roles[worker], workers[worker]];
    await run(createRole(role));
    for (const [table, rights] of Object.entries({ ...tables, ...ofEveryWorker })) {
      await run(`grant ${rights} on ${table} to ${role}`);
      await run(
        `create policy learning_loop_${worker} on ${table} to ${role} using (true) with check (true)`,
      );
    }
  }
}
