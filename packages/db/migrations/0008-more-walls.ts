import { type Kysely, sql } from 'kysely';
import { createRole } from '../ddl/create-role.ts';
import { requireRoles } from '../roles/names.ts';

/** What a request does with the tables of the trainer, the registry and the experiments, of its own tenant only. */
const ofRequests: Record<string, string> = {
  dataset_builds: 'select, insert',
  models: 'select, insert, update',
  model_changes: 'select, insert',
  experiments: 'select, insert, update',
};

/** What the gateway does for callers of many tenants in one statement, and before it knows whose request it is. */
const ofGateway: Record<string, string> = {
  interactions: 'select, insert',
  selections: 'select, insert',
  outbox: 'select, insert',
  memories: 'select',
  personas: 'select',
  erasures: 'select',
  api_keys: 'select, update (last_used_at)',
};

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  const { tenant, gateway } = await requireRoles(db);
  // All at once: one by one, those that work with several of them would get in between.
  await run(`lock table ${Object.keys({ ...ofRequests, ...ofGateway }).join(', ')} in access exclusive mode`);
  for (const [table, rights] of Object.entries(ofRequests)) {
    await run(`grant ${rights} on ${table} to ${tenant}`);
    await run(`create policy one_tenant on ${table} to ${tenant}
      using (tenant_id = current_setting('learning_loop.tenant'))
      with check (tenant_id = current_setting('learning_loop.tenant'))`);
  }
  await run(createRole(gateway));
  for (const [table, rights] of Object.entries(ofGateway)) {
    await run(`grant ${rights} on ${table} to ${gateway}`);
    await run(`create policy learning_loop_gateway on ${table} to ${gateway} using (true) with check (true)`);
  }
}
