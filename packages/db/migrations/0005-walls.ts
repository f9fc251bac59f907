import { type Kysely, sql } from 'kysely';
import { createRole } from '../ddl/create-role.ts';

/** Reads and changes what is one tenant's, on behalf of a request: `learning_loop.tenant` says whose. */
const tenantRole = 'learning_loop_tenant';

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
const workers: Record<string, Record<string, string>> = {
  learning_loop_memory: {
    memories: 'select, insert, update',
    memory_sources: 'select, insert',
  },
  learning_loop_persona: {
    personas: 'select, insert, update',
    persona_updates: 'insert',
    memories: 'select',
    feedback: 'select',
  },
  learning_loop_training_log: { user_settings: 'select' },
};
const ofEveryWorker = { outbox: 'select, insert, update, delete', dead_letters: 'select, insert, update' };

const withoutRole = ['api_keys', 'dataset_builds', 'models', 'model_changes', 'experiments', 'fine_tunes'];

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  for (const table of [...ofTenants, ...withoutRole])
    await run(`alter table ${table} enable row level security`);

  await run(createRole(tenantRole));
  for (const table of ofTenants) {
    await run(`grant select, insert, update, delete on ${table} to ${tenantRole}`);
    await run(`create policy one_tenant on ${table} to ${tenantRole}
      using (tenant_id = current_setting('learning_loop.tenant'))
      with check (tenant_id = current_setting('learning_loop.tenant'))`);
  }
  for (const [role, tables] of Object.entries(workers)) {
    await run(createRole(role));
    for (const [table, rights] of Object.entries({ ...tables, ...ofEveryWorker })) {
      await run(`grant ${rights} on ${table} to ${role}`);
      await run(`create policy ${role} on ${table} to ${role} using (true) with check (true)`);
    }
  }
}
