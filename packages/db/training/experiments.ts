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

/** The models become canaries. False if an experiment of this kind is already running. */
export function startExperiment(db: Db, experiment: NewExperiment): Promise<boolean> {
  const { tenant_id, kind, variants } = experiment;
  return withinTransaction(db, async (tx) => {
    await lockRegistry(tx, tenant_id);
    const running = await selectExperiments(tx, tenant_id)
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

const selectExperiments = (db: Db | Tx, tenantId: string) =>
  db.selectFrom('experiments').selectAll().where('tenant_id', '=', tenantId);

export function listExperiments(db: Db, tenantId: string, limit: number): Promise<Experiment[]> {
  return selectExperiments(db, tenantId).orderBy('started_at', 'desc').limit(limit).execute();
}

export function findRunningExperiment(
  db: Db,
  tenantId: string,
  kind: ModelKind,
): Promise<Experiment | undefined> {
  return selectExperiments(db, tenantId)
    .where('kind', '=', kind)
    .where('status', '=', 'running')
    .executeTakeFirst();
}

export function listRunningExperiments(db: Db): Promise<Experiment[]> {
  return db.selectFrom('experiments').selectAll().where('status', '=', 'running').execute();
}

/** The other canaries of these experiments retire. */
export async function endExperimentsWithModel(
  tx: Tx,
  { tenant_id, model_id }: Model,
  outcome: ExperimentOutcome,
  reason: string,
): Promise<void> {
  const running = await selectExperiments(tx, tenant_id).where('status', '=', 'running').execute();
  for (const experiment of running) {
    if (experiment.variants.some((variant) => variant.model_id === model_id))
      await endExperiment(tx, experiment, { outcome, reason, except: model_id });
  }
}

/** Without a winner: the active model stays. False if the experiment is not running. */
export function stopExperiment(
  db: Db,
  { tenant_id, experiment_id }: Pick<Experiment, 'tenant_id' | 'experiment_id'>,
  outcome: ExperimentOutcome,
  reason: string,
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    await lockRegistry(tx, tenant_id);
    const experiment = await selectExperiments(tx, tenant_id)
      .where('experiment_id', '=', experiment_id)
      .where('status', '=', 'running')
      .executeTakeFirst();
    if (experiment) await endExperiment(tx, experiment, { outcome, reason, except: null });
    return experiment !== undefined;
  });
}

interface ExperimentEnd {
  outcome: ExperimentOutcome;
  reason: string;
  /** The model whose status the caller changes itself. */
  except: string | null;
}

async function endExperiment(
  tx: Tx,
  { tenant_id, experiment_id, variants }: Experiment,
  { outcome, reason, except }: ExperimentEnd,
): Promise<void> {
  await tx
    .updateTable('experiments')
    .set({ status: 'stopped', outcome, reason, ended_at: sql`clock_timestamp()` })
    .where('tenant_id', '=', tenant_id)
    .where('experiment_id', '=', experiment_id)
    .execute();
  for (const { model_id } of variants) {
    const model = model_id === except ? undefined : await findModel(tx, tenant_id, model_id);
    if (model?.status === 'canary') await changeStatus(tx, model, 'retired', reason);
  }
}

type ExperimentKey = Pick<Experiment, 'tenant_id' | 'experiment_id'>;

export interface Snapshot {
  sample_ratio_evidence: number;
  variants: Record<string, VariantSnapshot>;
}

/** Factor by which interactions grow between stored snapshots: some hundreds in the life of an experiment. */
const minGrowth = 1.02;

/** Always as the newest snapshot; in the series only with enough new interactions, or if it decides. */
export async function saveSnapshot(
  db: Db,
  { tenant_id, experiment_id }: ExperimentKey,
  snapshot: Snapshot,
  { decides }: { decides: boolean },
): Promise<void> {
  await db
    .updateTable('experiments')
    .set({ looks: JSON.stringify(snapshot) })
    .where('tenant_id', '=', tenant_id)
    .where('experiment_id', '=', experiment_id)
    .execute();
  const counts = Object.values(snapshot.variants).map((variant) => variant.interactions);
  const interactions = counts.reduce((sum, count) => sum + count, 0);
  await sql`
    insert into experiment_looks (tenant_id, experiment_id, interactions, variants)
    select ${tenant_id}, ${experiment_id}, ${interactions}, ${JSON.stringify(snapshot.variants)}
    where ${interactions}::float8 > ${decides ? 1 : minGrowth}::float8 * coalesce((
      select max(interactions) from experiment_looks
      where tenant_id = ${tenant_id} and experiment_id = ${experiment_id}), 0)
    on conflict do nothing`.execute(db);
}

export function listSnapshots(
  db: Db,
  { tenant_id, experiment_id }: ExperimentKey,
): Promise<{ seen_at: Date; variants: Record<string, VariantSnapshot> }[]> {
  return db
    .selectFrom('experiment_looks')
    .select(['seen_at', 'variants'])
    .where('tenant_id', '=', tenant_id)
    .where('experiment_id', '=', experiment_id)
    .orderBy('interactions')
    .execute();
}
