import type { Db } from '@learning-loop/db/connect';
import {
  findByText,
  findInteraction,
  findInteractions,
  insertInteractions,
} from '@learning-loop/db/loop/interactions';
import { eventStatus, insertEvents, loadPending, settle } from '@learning-loop/db/loop/outbox';
import { insertSelections } from '@learning-loop/db/loop/selections';
import { listTenantSelections } from '@learning-loop/db/loop/tenant-selections';
import {
  readEmbeddings,
  requestEmbeddings,
  requestMissingEmbeddings,
  storeEmbeddings,
  takeDueEmbeddings,
} from '@learning-loop/db/users/embeddings';
import { listRecentFeedback } from '@learning-loop/db/users/feedback';
import {
  findMemories,
  listInteractionMemories,
  listMemories,
  listRecentHistory,
  listRecentMemories,
} from '@learning-loop/db/users/memories';
import {
  findPersona,
  findPersonas,
  findPersonaUpdate,
  lockPersonas,
  rewriteUpdates,
  savePersonas,
  updatesSince,
} from '@learning-loop/db/users/personas';
import { loadProfiles } from '@learning-loop/db/users/profiles';
import { findOptedOut } from '@learning-loop/db/users/settings';
import {
  lockUserSlots,
  type NewMemory,
  supersedeOlder,
  upsertMemories,
} from '@learning-loop/db/users/upsert-memories';
import { newId } from '@learning-loop/events/ids';
import { sql } from 'kysely';
import { selection } from '../selection.ts';

const users = 300;

/** Of the row with this number: hours apart, so that they fall into every partition that there is. */
const idOf = (n: string) => sql`(lpad(to_hex(
    (extract(epoch from date_trunc('month', now())) * 1000)::bigint + (${sql.raw(n)} - 5000) * 3600000::bigint), 12, '0')
  || '7' || left(md5((${sql.raw(n)})::text), 3) || '8' || right(md5((${sql.raw(n)})::text), 15))::uuid`;

/** Adds rows number `first` to `last` to every table that grows. */
export async function seedTables(db: Db, first: number, last: number): Promise<void> {
  const each = sql`from generate_series(${sql.lit(first)}::int, ${sql.lit(last)}::int) as n`;
  const user = sql`'user-' || (n % ${sql.lit(users)})`;
  const id = idOf('n');
  const at = sql`now() - make_interval(secs => n)`;
  for (const statement of [
    sql`insert into interactions (tenant_id, interaction_id, user_id, created_at, input_text, media_type, model_id,
      context, hypotheses, used_memories, auto_advance)
      select 'default', ${id}, ${user}, ${at}, 'text ' || n, 'text/plain', 'rules', '{}', '[]', '[]', false ${each}`,
    sql`insert into selections (tenant_id, interaction_id, user_id, event_id, selected_id, auto_advanced, selected_at,
      input_text, shown, answer) select 'default', ${id}, ${user}, ${id}, 'h1', false, ${at}, '', '[]', '{}' ${each}`,
    sql`insert into memories (tenant_id, user_id, memory_id, type, content_key, content, confidence, tags, slot,
      first_seen, last_seen) select 'default', ${user}, ${id}, (array['goal', 'preference', 'history'])[1 + n % 3],
      n::text, 'content', 0.5, '{}', 'slot ' || n, ${at}, ${at} ${each}`,
    sql`insert into memory_sources (tenant_id, user_id, memory_id, interaction_id, seen_at)
      select 'default', ${user}, ${id}, ${id}, ${at} ${each}`,
    sql`insert into embeddings (tenant_id, user_id, memory_id, model, vector, tried_at)
      select 'default', ${user}, ${id}, case when n % 100 > 0 then 'bge' else '' end, '', ${at} ${each}`,
    sql`insert into personas (tenant_id, user_id, facets, interaction_count, updated_at)
      select 'default', 'user-' || n, '{}', 0, now() ${each} on conflict do nothing`,
    sql`insert into persona_updates (tenant_id, user_id, event_id, interaction_id, occurred_at, old_facets, new_facets,
      facet_deltas, decided_by, reason) select 'default', ${user}, ${id}, ${id}, ${at}, '{}', '{}', '{}', 'rules', ''
      ${each}`,
    sql`insert into outbox (event_id, event, tenant_id, user_id, payload, pending)
      select ${id}, 'hypothesis.selected', 'default', ${user}, '{}', '{memory,persona}' ${each}`,
    sql`insert into feedback (tenant_id, event_id, user_id, interaction_id, type, value, given_at)
      select 'default', ${id}, ${user}, ${id}, 'thumbs_up', 'null', ${at} ${each}`,
    sql`insert into user_settings (tenant_id, user_id, training_opt_out)
      select 'default', 'user-' || n, true ${each}`,
  ]) {
    await statement.execute(db);
  }
}

const user = { tenant_id: 'default', user_id: 'user-7' };
const of = { tenantId: 'default', userId: 'user-7' };

/** What a request and a worker's batch ask, again and again. */
export async function runHotQueries(db: Db): Promise<void> {
  const { rows: some } = await sql<{ id: string }>`select ${idOf('7')} as id`.execute(db);
  const id = some[0]?.id ?? '';
  await requestQueries(db, id);
  await embeddingQueries(db, id);
  await db.transaction().execute(async (tx) => {
    await listRecentFeedback(tx, [user], 5);
    await listRecentHistory(tx, [user], 5);
    await findOptedOut(tx, [user]);
    await loadPending(tx, 'memory', [id]);
    await settle(tx, 'memory', [id]);
    await insertEvents(tx, [{ name: 'hypothesis.selected', event: selection() }]);
    await rememberOne(tx);
    await moveOne(tx);
  });
}

async function requestQueries(db: Db, id: string): Promise<void> {
  await loadProfiles(db, [user], { goals: 100, preferences: 100, history: 200, selections: 100 });
  await findInteraction(db, 'default', id);
  await findInteractions(db, [{ tenant_id: 'default', interaction_id: id }]);
  await findByText(db, { ...of, text: 'text 7', limit: 20 });
  await listTenantSelections(db, 'default', {
    ...{ window: 5_000, perUser: 30, total: 1_000 },
    youngSince: new Date('2026-01-01'),
  });
  await listRecentMemories(db, { ...of, types: ['goal', 'preference'], limit: 100 });
  const page = { ...of, withSuperseded: false, limit: 50 };
  await listMemories(db, { ...page, after: { last_seen: new Date(), memory_id: id } });
  await listMemories(db, { ...page, type: 'goal' });
  await findMemories(db, 'default', 'user-7', [id]);
  await listInteractionMemories(db, 'default', id);
  await eventStatus(db, id);
  await findPersona(db, 'default', 'user-7');
  await findPersonas(db, [user]);
  await findPersonaUpdate(db, { ...user, event_id: id });
  const event = selection({ user_id: 'user-7' });
  const { interaction_id, input_text, media_type, model_id, context, hypotheses, used_memories } = event;
  const now = new Date().toISOString();
  const shown = { interaction_id, input_text, media_type, model_id, context, hypotheses, used_memories };
  const more = { ranker_id: 'shipped', llm_id: null, auto_advance: false, created_at: now, begun: now };
  await insertInteractions(db, [{ ...user, ...shown, ...more }]);
  const answer = {
    enriched_prompt: '',
    tokens_estimate: 0,
    context_breakdown: { goal: 0, pref: 0, history: 0 },
  };
  await insertSelections(db, [{ event, answer, shown_at: new Date() }]);
}

async function embeddingQueries(db: Db, memory_id: string): Promise<void> {
  await readEmbeddings(db, user, [memory_id], 'bge');
  await requestMissingEmbeddings(db, { ...user, memory_id }, 100);
  const due = await takeDueEmbeddings(db, { model: 'bge', limit: 4, againMs: 1_000 });
  await storeEmbeddings(
    db,
    'bge',
    due.map((taken) => ({ ...taken, vector: Float32Array.of(1) })),
  );
}

type Tx = Parameters<typeof upsertMemories>[0];

async function rememberOne(tx: Tx): Promise<void> {
  const memory: NewMemory = {
    ...user,
    memory_id: newId(),
    type: 'preference',
    ...{ content_key: 'FastAPI', content: 'FastAPI', confidence: 0.5, tags: [], slot: 'framework' },
    seen_at: new Date().toISOString(),
    interaction_id: newId(),
  };
  await lockUserSlots(tx, [memory]);
  await upsertMemories(tx, [memory]);
  await requestEmbeddings(tx, [memory]);
  await supersedeOlder(tx, [memory]);
}

async function moveOne(tx: Tx): Promise<void> {
  const facets = { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 };
  await lockPersonas(tx, [user], facets);
  const event_id = newId();
  const occurred_at = new Date().toISOString();
  const move = { ...user, event_id, interaction_id: newId(), occurred_at, decided_by: 'rules', reason: '' };
  await savePersonas(
    tx,
    [{ ...user, facets, interaction_count: 1, moved_at: new Date() }],
    [{ ...move, old_facets: facets, new_facets: facets, facet_deltas: {} }],
  );
  await updatesSince(tx, [{ ...user, occurred_at }]);
  await rewriteUpdates(tx, [{ ...user, event_id, old_facets: facets, new_facets: facets }]);
}
