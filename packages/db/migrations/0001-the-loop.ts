import { type Kysely, sql } from 'kysely';

/** Interactions and selections are only ever inserted; the outbox is updated in place, hence its fillfactor. */
const statements = [
  `create table interactions (
    tenant_id text not null,
    interaction_id uuid not null,
    user_id text not null,
    created_at timestamptz not null,
    input_text text not null,
    media_type text not null,
    model_id text not null,
    context jsonb not null,
    hypotheses jsonb not null,
    used_memories jsonb not null,
    auto_advance boolean not null,
    primary key (tenant_id, interaction_id)
  )`,
  'create index interactions_by_text on interactions (tenant_id, user_id, md5(input_text), interaction_id)',

  `create table selections (
    tenant_id text not null,
    interaction_id uuid not null,
    user_id text not null,
    event_id uuid not null,
    selected_id text,
    auto_advanced boolean not null,
    selected_at timestamptz not null,
    input_text text not null,
    shown jsonb not null,
    answer jsonb not null,
    primary key (tenant_id, interaction_id)
  )`,
  'create index selections_by_user on selections (tenant_id, user_id, interaction_id)',

  `create table outbox (
    event_id uuid primary key,
    event text not null,
    tenant_id text not null,
    user_id text not null,
    payload jsonb not null,
    pending text[] not null,
    created_at timestamptz not null default clock_timestamp(),
    swept_at timestamptz
  ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)`,
  'create index outbox_by_age on outbox (created_at)',

  `create table dead_letters (
    dead_letter_id uuid primary key default gen_random_uuid(),
    tenant_id text not null,
    user_id text not null,
    event_id uuid not null,
    event text not null,
    consumer text not null,
    payload jsonb not null,
    error text not null,
    attempts integer not null,
    first_failed_at timestamptz not null default clock_timestamp(),
    last_failed_at timestamptz not null default clock_timestamp(),
    unique (event_id, consumer)
  )`,
  'create index dead_letters_by_tenant on dead_letters (tenant_id, last_failed_at)',

  `create table memories (
    tenant_id text not null,
    user_id text not null,
    memory_id uuid not null,
    type text not null,
    content_key text not null,
    content text not null,
    confidence double precision not null,
    tags text[] not null,
    slot text,
    status text not null default 'active' check (status in ('active', 'superseded', 'forgotten')),
    corrected boolean not null default false,
    count integer not null default 1,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    primary key (tenant_id, user_id, memory_id),
    unique (tenant_id, user_id, type, content_key)
  )`,
  'create index memories_by_recency on memories (tenant_id, user_id, type, last_seen)',
  'create index memories_by_slot on memories (tenant_id, user_id, slot) where slot is not null',

  `create table memory_sources (
    tenant_id text not null,
    user_id text not null,
    memory_id uuid not null,
    interaction_id uuid not null,
    seen_at timestamptz not null,
    primary key (tenant_id, user_id, memory_id, interaction_id)
  )`,
  'create index memory_sources_by_interaction on memory_sources (tenant_id, interaction_id)',

  `create table personas (
    tenant_id text not null,
    user_id text not null,
    facets jsonb not null,
    interaction_count integer not null,
    updated_at timestamptz not null,
    primary key (tenant_id, user_id)
  ) with (fillfactor = 70)`,

  `create table persona_updates (
    tenant_id text not null,
    user_id text not null,
    event_id uuid not null,
    interaction_id uuid not null,
    occurred_at timestamptz not null,
    old_facets jsonb not null,
    new_facets jsonb not null,
    facet_deltas jsonb not null,
    decided_by text not null,
    reason text not null,
    primary key (tenant_id, user_id, event_id)
  )`,

  `create table feedback (
    tenant_id text not null,
    event_id uuid not null,
    user_id text not null,
    interaction_id uuid not null,
    type text not null,
    value jsonb not null,
    given_at timestamptz not null,
    primary key (tenant_id, event_id)
  )`,
  'create index feedback_by_user on feedback (tenant_id, user_id, given_at)',

  `create table dataset_builds (
    tenant_id text not null,
    build_id uuid not null,
    status text not null default 'queued' check (status in ('queued', 'running', 'done', 'failed')),
    requested_at timestamptz not null default clock_timestamp(),
    started_at timestamptz,
    finished_at timestamptz,
    counts jsonb,
    error text,
    primary key (tenant_id, build_id)
  )`,
  "create index dataset_builds_waiting on dataset_builds (requested_at) where status in ('queued', 'running')",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
