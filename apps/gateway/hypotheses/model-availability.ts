import type { Tx } from '@learning-loop/db/connect';
import type { ModelKind } from '@learning-loop/db/schema/training';
import { baselines, findModel, type Model } from '@learning-loop/db/training/models';
import { HttpError } from '@learning-loop/service/errors';
import type { Config } from '../config.ts';
import { isAllowedModel } from './allowed-models.ts';

const names: Record<ModelKind, string> = { ranker: 'ranker', llm: 'language model' };

/** The kind of the first id that names a model; ranker if none does. */
export async function modelKind(tx: Tx, tenantId: string, ids: string[]): Promise<ModelKind> {
  for (const id of ids) {
    const model = await findModel(tx, tenantId, id);
    if (model) return model.kind;
  }
  return 'ranker';
}

/** Throws 404 or 409 if the model cannot serve; baselines always can. */
export async function assertServable(
  config: Config,
  tx: Tx,
  { tenantId, id, kind }: { tenantId: string; id: string; kind: ModelKind },
): Promise<void> {
  if (id === baselines[kind]) return;
  const model = await findModel(tx, tenantId, id);
  if (model?.kind !== kind)
    throw new HttpError(404, 'no_such_model', `There is no ${names[kind]} ${id}; GET /v1/models lists them.`);
  if (model.status === 'rejected')
    throw new HttpError(409, 'wrong_status', `${id} was rejected: ${model.reason}.`);
  assertServerConfigured(config, model);
}

/** Throws 409 for a language model of another provider, or one that the configuration does not allow. */
export function assertServerConfigured(config: Config, { model_id, artifact, dataset_version }: Model): void {
  if (!('provider' in artifact)) return;
  const { llm } = config;
  if (artifact.provider === llm.impl && isAllowedModel(config, { model: artifact.model, dataset_version }))
    return;
  if (artifact.provider === llm.impl) throw notAllowed(409, artifact.model);
  throw new HttpError(
    409,
    'not_served_here',
    `${model_id} is a model of ${artifact.provider}, and SLM_IMPL is ${llm.impl}; set SLM_IMPL=${artifact.provider} first.`,
  );
}

export const notAllowed = (status: 403 | 409, model: string) =>
  new HttpError(
    status,
    'model_not_allowed',
    `${model} is not one of the models that the operator allows; ask for it to be named in LLM_ALLOWED_MODELS.`,
  );
