import type { Db, Tx } from '../connect.ts';
import { withinTransaction } from '../transactions.ts';
import { endExperimentsWithModel } from './experiments.ts';
import { baselines, changeStatus, findActiveModel, findModel, lockRegistry, type Model } from './models.ts';

export type ChangeResult = 'done' | 'no_such_model' | 'not_from_this_status';

/** The previously active model retires, and the experiments of the new one end. */
export function promote(db: Db, tenantId: string, modelId: string, reason: string): Promise<ChangeResult> {
  return withRegistryLock(db, tenantId, async (tx) => {
    const model = await findModel(tx, tenantId, modelId);
    if (!model) return 'no_such_model';
    if (model.status === 'active' || model.status === 'rejected') return 'not_from_this_status';
    await endExperimentsWithModel(tx, model, 'promoted', reason);
    const before = await findActiveModel(tx, tenantId, model.kind);
    if (before) await changeStatus(tx, before, 'retired', `${modelId} was promoted: ${reason}`);
    await changeStatus(tx, model, 'active', reason);
    return 'done';
  });
}

/** Retires the model. If it was active, the model that it replaced, or else the baseline, serves again. */
export function rollBack(db: Db, tenantId: string, modelId: string, reason: string): Promise<ChangeResult> {
  return withRegistryLock(db, tenantId, async (tx) => {
    const model = await findModel(tx, tenantId, modelId);
    if (!model) return 'no_such_model';
    if (model.status !== 'active' && model.status !== 'canary') return 'not_from_this_status';
    await endExperimentsWithModel(tx, model, 'rolled_back', reason);
    await changeStatus(tx, model, 'retired', `rolled back: ${reason}`);
    if (model.status === 'active') await restore(tx, model, reason);
    return 'done';
  });
}

async function restore(
  tx: Tx,
  { tenant_id, model_id, parent_id, kind }: Model,
  reason: string,
): Promise<void> {
  if (parent_id === null || parent_id === baselines[kind]) return;
  const parent = await findModel(tx, tenant_id, parent_id);
  if (parent?.status === 'retired')
    await changeStatus(tx, parent, 'active', `${model_id} was rolled back: ${reason}`);
}

function withRegistryLock(
  db: Db,
  tenantId: string,
  change: (tx: Tx) => Promise<ChangeResult>,
): Promise<ChangeResult> {
  return withinTransaction(db, async (tx) => {
    await lockRegistry(tx, tenantId);
    return change(tx);
  });
}
