import { type Kysely, sql } from 'kysely';

const statements = [
  // Who ranked; interactions.model_id says who proposed.
  "alter table interactions add column ranker_id text not null default 'shipped'",

  'alter table dataset_builds drop constraint dataset_builds_status_check',
  `alter table dataset_builds
    add constraint dataset_builds_status_check check (status in ('queued', 'running', 'done', 'empty', 'failed')),
    add column step text,
    add column attempt integer not null default 0,
    add column beat_at timestamptz,
    add column version text,
    add column notes jsonb not null default '[]'`,
  'create index dataset_builds_by_time on dataset_builds (tenant_id, requested_at)',

  `create table models (
    tenant_id text not null,
    model_id text not null,
    kind text not null check (kind in ('ranker', 'llm')),
    status text not null check (status in ('candidate', 'canary', 'active', 'retired', 'rejected')),
    dataset_version text,
    parent_id text,
    -- A ranker's weights, or where to find an LLM.
    artifact jsonb not null,
    metrics jsonb not null,
    reason text not null,
    created_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, model_id)
  )`,
  "create unique index models_one_active on models (tenant_id, kind) where status = 'active'",

  `create table model_changes (
    tenant_id text not null,
    change_id uuid not null,
    model_id text not null,
    from_status text not null,
    to_status text not null,
    reason text not null,
    changed_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, change_id)
  )`,

  `create table experiments (
    tenant_id text not null,
    experiment_id uuid not null,
    kind text not null check (kind in ('ranker', 'llm')),
    status text not null check (status in ('running', 'stopped')),
    variants jsonb not null,
    started_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    outcome text,
    reason text,
    looks jsonb not null default '{}',
    primary key (tenant_id, experiment_id)
  )`,
  "create unique index experiments_one_running on experiments (tenant_id, kind) where status = 'running'",

  `create table fine_tunes (
    tenant_id text not null,
    dataset_version text not null,
    provider text not null,
    status text not null check (status in ('uploading', 'running', 'succeeded', 'failed')),
    training_file text,
    validation_file text,
    job_id text,
    model_id text,
    error text,
    retry_at timestamptz,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, dataset_version, provider)
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
