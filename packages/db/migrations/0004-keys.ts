import { type Kysely, sql } from 'kysely';

const statements = [
  // Of the secret only its SHA-256: it is as long as a key can be guessed, so a slow hash would add nothing.
  `create table api_keys (
    tenant_id text not null check (tenant_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    key_id text not null unique,
    role text not null check (role in ('app', 'reader', 'admin')),
    name text not null,
    secret_hash bytea not null check (length(secret_hash) = 32),
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz,
    disabled_at timestamptz,
    last_used_at timestamptz,
    primary key (tenant_id, key_id)
  )`,

  // The user is only a hash here: an erasure must not be what remembers the user.
  `create table erasures (
    tenant_id text not null,
    erasure_id uuid not null,
    user_hash bytea not null,
    -- Until the erasure is done it has to know whom to erase.
    user_id text,
    requested_at timestamptz not null default clock_timestamp(),
    done_at timestamptz,
    receipt jsonb,
    error text,
    primary key (tenant_id, erasure_id)
  )`,
  'create index erasures_by_user on erasures (tenant_id, user_hash)',
  'create index erasures_waiting on erasures (requested_at) where done_at is null',

  `create table user_settings (
    tenant_id text not null,
    user_id text not null,
    training_opt_out boolean not null,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, user_id)
  )`,

  // Rows come in the order of time: a small index tells where the old ones end.
  'create index interactions_by_age on interactions using brin (created_at)',
  'create index selections_by_age on selections using brin (selected_at)',
  'create index feedback_by_age on feedback using brin (given_at)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
