import type { AccessRole } from './names.ts';

/** A table's verbs, as `grant` takes them. */
type Rights = Record<string, string>;

const all = 'select, insert, update, delete';
const ofEveryWorker: Rights = { outbox: all, dead_letters: 'select, insert, update' };

/**
 * What the migrations grant, as it is after the last of them; with each goes a policy. A role of a process serves many
 * tenants in one statement, and reaches the tables of these statements and no others.
 */
export const rights: Record<AccessRole, Rights> = {
  tenant: {
    interactions: all,
    selections: all,
    outbox: all,
    dead_letters: all,
    memories: all,
    memory_sources: all,
    embeddings: all,
    personas: all,
    persona_updates: all,
    feedback: all,
    user_settings: all,
    erasures: all,
    dataset_builds: 'select, insert',
    models: 'select, insert, update',
    model_changes: 'select, insert',
    experiments: 'select, insert, update',
  },
  gateway: {
    interactions: 'select, insert',
    selections: 'select, insert',
    outbox: 'select, insert',
    memories: 'select',
    personas: 'select',
    erasures: 'select',
    api_keys: 'select, update (last_used_at)',
  },
  memory: {
    memories: 'select, insert, update',
    memory_sources: 'select, insert',
    embeddings: all,
    ...ofEveryWorker,
  },
  persona: {
    personas: 'select, insert, update',
    persona_updates: 'select, insert, update (old_facets, new_facets)',
    memories: 'select',
    feedback: 'select',
    ...ofEveryWorker,
  },
  training_log: { user_settings: 'select', ...ofEveryWorker },
};

/** The policy's name and rows: a request's are of the tenant that it names. */
export function policyOf(role: AccessRole): { name: string; rows: string } {
  return role === 'tenant'
    ? { name: 'one_tenant', rows: "tenant_id = current_setting('learning_loop.tenant')" }
    : { name: `learning_loop_${role}`, rows: 'true' };
}

/** Each as a verb and, if the right is of some columns only, these: `update (a, b)` is two. */
export function* listVerbs(verbs: string): Generator<{ verb: string; column: string | null }> {
  for (const [, verb = '', columns] of verbs.matchAll(/(\w+)(?: \(([^)]+)\))?/g))
    for (const column of columns?.split(', ') ?? [null]) yield { verb, column };
}
