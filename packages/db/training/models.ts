import { type Insertable, type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../connect.ts';
import type { Database } from '../schema/database.ts';
import type { ModelKind, ModelStatus } from '../schema/training.ts';

export type Model = Selectable<Database['models']>;
export type ModelChange = Selectable<Database['model_changes']>;

/** The ranker that ships with the product: it needs no row, and serves where no other is active. */
export const shippedModel = 'shipped';
/** The language model that the configuration names: asked where no other is active. */
export const configuredModel = 'configured';
/** What serves where no model of the kind is active, and what an experiment compares with. */
export const baselines: Record<ModelKind, string> = { ranker: shippedModel, llm: configuredModel };

/** False when the tenant has a model of this id already. */
export async function insertModel(db: Db, model: Insertable<Database['models']>): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('models')
    .values(model)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'model_id']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** The tenant's models, newest first. */
export function listModels(db: Db, tenantId: string, limit: number): Promise<Model[]> {
  return models(db, tenantId).orderBy('created_at', 'desc').limit(limit).execute();
}

export function findModel(db: Db | Tx, tenantId: string, modelId: string): Promise<Model | undefined> {
  return models(db, tenantId).where('model_id', '=', modelId).executeTakeFirst();
}

export function activeModel(db: Db | Tx, tenantId: string, kind: ModelKind): Promise<Model | undefined> {
  return models(db, tenantId).where('kind', '=', kind).where('status', '=', 'active').executeTakeFirst();
}

/** Everybody's rankers that wait or are tried, and have no such metric. */
export function rankersWithout(db: Db, metric: string): Promise<Model[]> {
  return db
    .selectFrom('models')
    .selectAll()
    .where('kind', '=', 'ranker')
    .where('status', 'in', ['candidate', 'canary'])
    .where(sql<boolean>`not metrics ? ${metric}`)
    .execute();
}

/** Adds to what is known of a model. */
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

const models = (db: Db | Tx, tenantId: string) =>
  db.selectFrom('models').selectAll().where('tenant_id', '=', tenantId);

/** What happened to the tenant's models, newest first. */
export function modelChanges(db: Db, tenantId: string, limit: number): Promise<ModelChange[]> {
  return db
    .selectFrom('model_changes')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('changed_at', 'desc')
    .limit(limit)
    .execute();
}

/** Gives a model another status, and remembers why. */
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

/** One change of a tenant's models or experiments at a time. */
export async function lockRegistry(tx: Tx, tenantId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`models ${tenantId}`}, 0))`.execute(tx);
}
