import { type Insertable, type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../connect.ts';
import type { Database } from '../schema/database.ts';
import type { ModelKind, ModelStatus } from '../schema/training.ts';

export type Model = Selectable<Database['models']>;
export type ModelChange = Selectable<Database['model_changes']>;

/** The ranker that ships with the product; it has no row. */
export const shippedModel = 'shipped';
/** The language model of the configuration; it has no row. */
export const configuredModel = 'configured';
/** They serve while no model of their kind is active, and are the control of experiments. */
export const baselines: Record<ModelKind, string> = { ranker: shippedModel, llm: configuredModel };

/** False if the tenant already has a model with this id. */
export async function insertModel(db: Db, model: Insertable<Database['models']>): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('models')
    .values(model)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'model_id']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

export function listModels(db: Db, tenantId: string, limit: number): Promise<Model[]> {
  return selectModels(db, tenantId).orderBy('created_at', 'desc').limit(limit).execute();
}

export function findModel(db: Db | Tx, tenantId: string, modelId: string): Promise<Model | undefined> {
  return selectModels(db, tenantId).where('model_id', '=', modelId).executeTakeFirst();
}

export function findActiveModel(db: Db | Tx, tenantId: string, kind: ModelKind): Promise<Model | undefined> {
  return selectModels(db, tenantId)
    .where('kind', '=', kind)
    .where('status', '=', 'active')
    .executeTakeFirst();
}

/** Candidates and canaries of all tenants that lack the metric. */
export function listRankersWithout(db: Db, metric: string): Promise<Model[]> {
  return db
    .selectFrom('models')
    .selectAll()
    .where('kind', '=', 'ranker')
    .where('status', 'in', ['candidate', 'canary'])
    .where(sql<boolean>`not metrics ? ${metric}`)
    .execute();
}

export async function updateModelMetrics(
  db: Db,
  { tenant_id, model_id }: Model,
  metrics: object,
): Promise<void> {
  await db
    .updateTable('models')
    .set({ metrics: sql`metrics || ${JSON.stringify(metrics)}::jsonb` })
    .where('tenant_id', '=', tenant_id)
    .where('model_id', '=', model_id)
    .execute();
}

const selectModels = (db: Db | Tx, tenantId: string) =>
  db.selectFrom('models').selectAll().where('tenant_id', '=', tenantId);

export function listModelChanges(db: Db, tenantId: string, limit: number): Promise<ModelChange[]> {
  return db
    .selectFrom('model_changes')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('changed_at', 'desc')
    .limit(limit)
    .execute();
}

export async function changeStatus(tx: Tx, model: Model, to: ModelStatus, reason: string): Promise<void> {
  const { tenant_id, model_id, status } = model;
  await tx
    .updateTable('models')
    .set({ status: to, reason, changed_at: sql`clock_timestamp()` })
    .where('tenant_id', '=', tenant_id)
    .where('model_id', '=', model_id)
    .execute();
  await sql`insert into model_changes (tenant_id, change_id, model_id, from_status, to_status, reason)
    values (${tenant_id}, gen_random_uuid(), ${model_id}, ${status}, ${to}, ${reason})`.execute(tx);
}

/** Serializes changes of a tenant's models and experiments. */
export async function lockRegistry(tx: Tx, tenantId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`models ${tenantId}`}, 0))`.execute(tx);
}
