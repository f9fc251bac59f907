import { sql } from 'kysely';
import type { Db } from './connect.ts';
import type { VariantLook } from './schema/training.ts';
import type { Experiment } from './training/experiments.ts';

type Which = Pick<Experiment, 'tenant_id' | 'experiment_id'>;

export interface Look {
  sample_ratio_evidence: number;
  variants: Record<string, VariantLook>;
}

/** A look goes into the series when so much more was shown than at the one before: some hundreds in a life. */
const growth = 1.02;

/** Keeps what the test saw, for people to read: always as the newest look, and in the series if it adds to it. */
export async function noteLook(
  db: Db,
  { tenant_id, experiment_id }: Which,
  look: Look,
  { decides }: { decides: boolean },
): Promise<void> {
  await db
    .updateTable('experiments')
    .set({ looks: JSON.stringify(look) })
    .where('tenant_id', '=', tenant_id)
    .where('experiment_id', '=', experiment_id)
    .execute();
  const interactions = Object.values(look.variants).reduce((sum, one) => sum + one.interactions, 0);
  await sql`
    insert into experiment_looks (tenant_id, experiment_id, interactions, variants)
    select ${tenant_id}, ${experiment_id}, ${interactions}, ${JSON.stringify(look.variants)}
    where ${interactions}::float8 > ${decides ? 1 : growth}::float8 * coalesce((
      select max(interactions) from experiment_looks
      where tenant_id = ${tenant_id} and experiment_id = ${experiment_id}), 0)
    on conflict do nothing`.execute(db);
}

/** What the test saw as the experiment went on, oldest first. */
export function looksOf(
  db: Db,
  { tenant_id, experiment_id }: Which,
): Promise<{ seen_at: Date; variants: Record<string, VariantLook> }[]> {
  return db
    .selectFrom('experiment_looks')
    .select(['seen_at', 'variants'])
    .where('tenant_id', '=', tenant_id)
    .where('experiment_id', '=', experiment_id)
    .orderBy('interactions')
    .execute();
}
