import type { ModelKind } from '@learning-loop/db/schema/training';
import {
  baselines,
  findModel,
  insertModel,
  listModelChanges,
  listModels,
  type Model,
} from '@learning-loop/db/training/models';
import { type ChangeResult, promote, rollBack } from '@learning-loop/db/training/promotion';
import { asTenant } from '@learning-loop/db/transactions';
import { newId } from '@learning-loop/events/ids';
import { shippedWeights } from '@learning-loop/learning/ranking/weights';
import { HttpError } from '@learning-loop/service/errors';
import { Type } from 'typebox';
import { getTenantId } from '../auth/authenticate.ts';
import type { GatewayContext, RouteGroup } from '../context.ts';
import { isAllowedModel } from '../hypotheses/allowed-models.ts';
import { assertServerConfigured, notAllowed } from '../hypotheses/model-availability.ts';

const maxListed = 200;

const modelName = { minLength: 1, maxLength: 100, pattern: '^[\\w.:/-]+$' };
export const ModelId = Type.String(modelName);
const Params = Type.Object({ model_id: ModelId }, { additionalProperties: false });
const Reason = Type.Object(
  { reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500, format: 'text' })) },
  { additionalProperties: false },
);

const NewModel = Type.Object(
  {
    model_id: Type.Optional(ModelId),
    kind: Type.Union([Type.Literal('ranker'), Type.Literal('llm')]),
    weights: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[a-z0-9_]{1,60}$' }),
        Type.Number({ minimum: -1_000, maximum: 1_000 }),
        { minProperties: 1, maxProperties: 100, description: 'Of a ranker: of each feature by its name' },
      ),
    ),
    model: Type.Optional(
      Type.String({ ...modelName, description: 'Of an llm: its name on the server of SLM_IMPL' }),
    ),
    temperature: Type.Number({ minimum: 0.01, maximum: 100, default: 1 }),
    reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500, format: 'text' })),
  },
  { additionalProperties: false },
);

type NewModel = Type.Static<typeof NewModel>;

const ModelRow = Type.Object({
  model_id: Type.String(),
  kind: Type.String(),
  status: Type.String({ description: 'candidate, canary, active, retired, or rejected' }),
  reason: Type.String(),
  dataset_version: Type.Union([Type.String(), Type.Null()]),
  parent_id: Type.Union([Type.String(), Type.Null()]),
  artifact: Type.Unknown(),
  metrics: Type.Unknown(),
  created_at: Type.Union([Type.String(), Type.Null()]),
  changed_at: Type.Union([Type.String(), Type.Null()]),
});
const List = Type.Object({
  models: Type.Array(ModelRow),
  changes: Type.Array(
    Type.Object({
      model_id: Type.String(),
      from_status: Type.String(),
      to_status: Type.String(),
      reason: Type.String(),
      changed_at: Type.String(),
    }),
    { description: 'What happened, newest first' },
  ),
});
const Created = Type.Object({ model_id: Type.String(), status: Type.String() });

/** GET and POST /v1/models, POST /v1/models/:model_id/promote and …/rollback. */
export const models: RouteGroup = (gateway) => async (server) => {
  const { db, log } = gateway;
  server.get('/v1/models', { schema: { response: { 200: List } } }, async (request) => {
    const tenantId = getTenantId(request);
    const [rows, changes] = await asTenant(db, tenantId, async (tx) => [
      await listModels(tx, tenantId, maxListed),
      await listModelChanges(tx, tenantId, maxListed),
    ]);
    return {
      models: [...rows.map(toResponse), ...toBaselineRows(gateway, rows)],
      changes: changes.map((change) => ({ ...change, changed_at: change.changed_at.toISOString() })),
    };
  });

  const creation = { body: NewModel, response: { 201: Created } };
  server.post('/v1/models', { schema: creation }, async (request, reply) => {
    const { kind, reason } = request.body;
    const { artifact, name } = toArtifact(gateway, request.body);
    const { model_id = name } = request.body;
    const tenant_id = getTenantId(request);
    const row = {
      ...{ tenant_id, model_id, kind, status: 'candidate' as const },
      ...{ dataset_version: null, parent_id: null, metrics: '{}', reason: reason ?? 'registered by hand' },
      artifact: JSON.stringify(artifact),
    };
    const insert = () => asTenant(db, tenant_id, (tx) => insertModel(tx, row));
    if (Object.values(baselines).includes(model_id) || !(await insert()))
      throw new HttpError(409, 'model_exists', `There is a model ${model_id} already; choose another id.`);
    return reply.status(201).send({ model_id, status: 'candidate' });
  });

  const changing = { params: Params, body: Type.Optional(Reason), response: { 200: Created } };
  for (const [verb, change, status] of [
    ['promote', promote, 'active'],
    ['rollback', rollBack, 'retired'],
  ] as const) {
    server.post(`/v1/models/:model_id/${verb}`, { schema: changing }, async (request) => {
      const { model_id } = request.params;
      const tenant_id = getTenantId(request);
      const reason = request.body?.reason ?? 'by hand';
      const changed = await asTenant(db, tenant_id, async (tx) => {
        const model = verb === 'promote' ? await findModel(tx, tenant_id, model_id) : undefined;
        if (model) assertServerConfigured(gateway.config, model);
        return await change(tx, tenant_id, model_id, reason);
      });
      requireDone(changed, model_id, verb);
      log.info({ tenant_id, model_id, reason, status }, 'model_changed');
      return { model_id, status };
    });
  }
};

/** With the model's default name. */
function toArtifact({ config }: GatewayContext, { kind, weights, temperature, model }: NewModel) {
  const needed = kind === 'ranker' ? weights : model;
  if (needed === undefined || (weights !== undefined && model !== undefined)) {
    const parts = kind === 'ranker' ? 'weights, and no model' : 'model, and no weights';
    throw new HttpError(400, 'invalid_request', `A ${kind} needs ${parts}.`);
  }
  if (model === undefined)
    return { artifact: { version: 1, temperature, weights, calibration: null }, name: `ranker-${newId()}` };
  if (config.llm.impl === 'rules')
    throw new HttpError(
      409,
      'not_served_here',
      `SLM_IMPL is rules: no server could be asked for ${model}; set SLM_IMPL first.`,
    );
  if (!isAllowedModel(config, { model, dataset_version: null })) throw notAllowed(403, model);
  return { artifact: { provider: config.llm.impl, model }, name: model };
}

function requireDone(change: ChangeResult, modelId: string, verb: string): void {
  if (change === 'no_such_model')
    throw new HttpError(404, 'no_such_model', `There is no model ${modelId}; GET /v1/models lists them.`);
  if (change === 'not_from_this_status')
    throw new HttpError(
      409,
      'wrong_status',
      verb === 'promote'
        ? `${modelId} is active already, or was rejected; only candidates, canaries and retired models are promoted.`
        : `${modelId} serves nobody; only canaries and active models are rolled back.`,
    );
}

const toResponse = (model: Model) => ({
  ...model,
  created_at: model.created_at.toISOString(),
  changed_at: model.changed_at.toISOString(),
});

/** Rows for the baselines: the shipped ranker, and the configured language model if any. */
function toBaselineRows({ config: { llm } }: GatewayContext, rows: Model[]) {
  const ranker = { kind: 'ranker' as const, reason: 'ships with the product', artifact: shippedWeights };
  const artifacts = llm.impl === 'rules' ? [] : [{ provider: llm.impl, model: llm.model }];
  const configured = artifacts.map((artifact) => ({
    ...{ kind: 'llm' as const, reason: 'named by the configuration', artifact },
  }));
  return [ranker, ...configured].map((row) => ({
    ...{ ...row, model_id: baselines[row.kind], status: isReplaced(rows, row.kind) ? 'retired' : 'active' },
    ...{ dataset_version: null, parent_id: null, metrics: {}, created_at: null, changed_at: null },
  }));
}

const isReplaced = (rows: Model[], kindSought: ModelKind): boolean =>
  rows.some(({ kind, status }) => kind === kindSought && status === 'active');
