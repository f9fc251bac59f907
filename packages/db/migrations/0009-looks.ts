import { type Kysely, sql } from 'kysely';

/** What a test saw of its experiment as it went on; `experiments.looks` is the newest. */
const statements = [
  `create table experiment_looks (
    tenant_id text not null,
    experiment_id uuid not null,
    interactions double precision not null,
    seen_at timestamptz not null default clock_timestamp(),
    variants jsonb not null,
    primary key (tenant_id, experiment_id, interactions)
  )`,
  'alter table experiment_looks enable row level security',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
