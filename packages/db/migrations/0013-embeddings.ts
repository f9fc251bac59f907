import { type Kysely, sql } from 'kysely';
import { requireRoles } from '../roles/names.ts';

/**
 * A vector for each memory, beside its words: `model` is empty until there is one. The triggers see to it that no
 * vector outlives the words that it was made of, whoever changes or forgets them.
 */
const statements = [
  `create table embeddings (
    tenant_id text not null,
    user_id text not null,
    memory_id uuid not null,
    model text not null default '',
    -- Little-endian float32, at length 1.
    vector bytea,
    -- When it was last taken to be embedded: what is stored must be of that try.
    tried_at timestamptz,
    primary key (tenant_id, user_id, memory_id)
  )`,
  'create index embeddings_by_model on embeddings (model, tried_at)',
  'alter table embeddings alter column vector set storage external',

  `create function forget_embedding() returns trigger language plpgsql as $$ begin
    delete from embeddings
    where tenant_id = old.tenant_id and user_id = old.user_id and memory_id = old.memory_id;
    return null;
  end $$`,
  `create function renew_embedding() returns trigger language plpgsql as $$ begin
    update embeddings set model = '', vector = null, tried_at = null
    where tenant_id = old.tenant_id and user_id = old.user_id and memory_id = old.memory_id;
    return null;
  end $$`,
  `create trigger embedding_forgotten after delete on memories for each row execute function forget_embedding()`,
  `create trigger embedding_of_forgotten after update of status on memories for each row
    when (new.status = 'forgotten') execute function forget_embedding()`,
  `create trigger embedding_renewed after update of content on memories for each row
    when (new.content <> old.content and new.status <> 'forgotten') execute function renew_embedding()`,

  'alter table embeddings enable row level security',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  for (const statement of statements) await run(statement);
  const { tenant, memory } = await requireRoles(db);
  await run(`grant select, insert, update, delete on embeddings to ${tenant}, ${memory}`);
  await run(`create policy one_tenant on embeddings to ${tenant}
    using (tenant_id = current_setting('learning_loop.tenant'))
    with check (tenant_id = current_setting('learning_loop.tenant'))`);
  await run(`create policy learning_loop_memory on embeddings to ${memory} using (true) with check (true)`);
}
