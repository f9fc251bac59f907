import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../connect.ts';
import type { Database } from '../schema/database.ts';
import type { ModelKind, Variant, VariantSnapshot } from '../schema/training.ts';
import { withinTransaction } from '../transactions.ts';
import { changeStatus, findModel, lockRegistry, type Model } from './models.ts';

export type Experiment = Selectable<Database['experiments']>;
export type ExperimentOutcome = NonNullable<Experiment['outcome']>;

export interface NewExperiment {
  tenant_id: string;
  experiment_id: string;
  kind: ModelKind;
  variants: Variant[];
}

/** Begins an experiment: its candidates become canaries. False when one of the kind is running already. */
export function startExperiment(db: Db, experiment: NewExperiment): Promise<boolean> {
  const { tenant_id, kind, variants } = experiment;
  return withinTransaction(db, async (tx) => {
    await lockRegistry(tx, tenant_id);
    const running = await experiments(tx, tenant_id)
      .where('kind', '=', kind)
      .where('status', '=', 'running')
      .executeTakeFirst();
    if (running) return false;
    await tx
      .insertInto('experiments')
      .values({ ...experiment, variants: JSON.stringify(variants), status: 'running', looks: '{}' })
      .execute();
    for (const { model_id } of variants) {
      const model = await findModel(tx, tenant_id, model_id);
      if (model && (model.status === 'candidate' || model.status === 'retired'))
        await changeStatus(tx, model, 'canary', `in experiment ${experiment.experiment_id}`);
    }
    return true;
  });
}

const experiments = (db: Db | Tx, tenantId: string) =>
  db.selectFrom('experiments').selectAll().where('tenant_id', '=', tenantId);

/** The tenant's experiments, newest first. */
export function listExperiments(db: Db, tenantId: string, limit: number): Promise<Experiment[]> {
  return experiments(db, tenantId).orderBy('started_at', 'desc').limit(limit).execute();
}

export function runningExperiment(
  db: Db,
  tenantId: string,
  kind: ModelKind,
): Promise<Experiment | undefined> {
  return experiments(db, tenantId)
    .where('kind', '=', kind)
    .where('status', '=', 'running')
    .executeTakeFirst();
}

/** Everybody's running experiments. */
export function runningExperiments(db: Db): Promise<Experiment[]> {
  return db.selectFrom('experiments').selectAll().where('status', '=', 'running').execute();
}

/** Ends the running experiments that the model takes part in; the other canaries in them retire. */
export async function endExperimentsWithModel(
  tx: Tx,
  { tenant_id, model_id }: Model,
  outcome: ExperimentOutcome,
  reason: string,
): Promise<void> {
  const running = await experiments(tx, tenant_id).where('status', '=', 'running').execute();
  for (const experiment of running) {
    if (experiment.variants.some((variant) => variant.model_id === model_id))
      await end(tx, experiment, { outcome, reason, but: model_id });
  }
}

/** Ends an experiment without a winner: whoever was active stays. False when it was not running any more. */
export function stopExperiment(
  db: Db,
  { tenant_id, experiment_id }: Pick<Experiment, 'tenant_id' | 'experiment_id'>,
  outcome: ExperimentOutcome,
  reason: string,
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    await lockRegistry(tx, tenant_id);
    const experiment = await experiments(tx, tenant_id)
      .where('experiment_id', '=', experiment_id)
      .where('status', '=', 'running')
      .executeTakeFirst();
    if (experiment) await end(tx, experiment, { outcome, reason, but: null });
    return experiment !== undefined;
  });
}

interface End {
  outcome: ExperimentOutcome;
  reason: string;
  /** The model whose status the caller sees to; null when the caller sees to none. */
  but: string | null;
}

async function end(
  tx: Tx,
  { tenant_id, experiment_id, variants }: Experiment,
  { outcome, reason, but }: End,
): Promise<void> {
  await tx
    .updateTable('experiments')
    .set({ status: 'stopped', outcome, reason, ended_at: sql`clock_timestamp()` })
    .where('tenant_id', '=', tenant_id)
    .where('experiment_id', '=', experiment_id)
    .execute();
  for (const { model_id } of variants) {
    const model = model_id === but ? undefined : await findModel(tx, tenant_id, model_id);
    if (model?.status === 'canary') await changeStatus(tx, model, 'retired', reason);
  }
}

type Which = Pick<Experiment, 'tenant_id' | 'experiment_id'>;

export interface Snapshot {
  sample_ratio_evidence: number;
  variants: Record<string, VariantSnapshot>;
}

/** A look goes into the series when so much more was shown than at the one before: some hundreds in a life. */
const growth = 1.02;

/** Keeps what the test saw, for people to read: always as the newest look, and in the series if it adds to it. */
export async function saveSnapshot(
  db: Db,
  { tenant_id, experiment_id }: Which,
  look: Snapshot,
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
export function listSnapshots(
  db: Db,
  { tenant_id, experiment_id }: Which,
): Promise<{ seen_at: Date; variants: Record<string, VariantSnapshot> }[]> {
  return db
    .selectFrom('experiment_looks')
    .select(['seen_at', 'variants'])
    .where('tenant_id', '=', tenant_id)
    .where('experiment_id', '=', experiment_id)
    .orderBy('interactions')
    .execute();
}
