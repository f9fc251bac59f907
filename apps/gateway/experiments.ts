import { asTenant } from '@learning-loop/db/as-tenant';
import type { Db } from '@learning-loop/db/connect';
import { type Experiment, listExperiments, startExperiment } from '@learning-loop/db/experiments';
import { findModel, shippedModel } from '@learning-loop/db/models';
import { newId } from '@learning-loop/events/id';
import { Type } from 'typebox';
import type { Routes } from './gateway.ts';
import { HttpError } from './http-error.ts';
import { ModelId } from './models.ts';
import { tenantOf } from './tenant.ts';

const mostListed = 100;

const Variant = Type.Object(
  {
    model_id: ModelId,
    weight: Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'Share of the users' }),
  },
  { additionalProperties: false },
);
const NewExperiment = Type.Object(
  {
    variants: Type.Array(Variant, {
      minItems: 2,
      maxItems: 10,
      description: 'The first is the control; the shares add up to 1',
    }),
  },
  { additionalProperties: false },
);
type NewExperiment = Type.Static<typeof NewExperiment>;

const Instant = Type.Union([Type.String(), Type.Null()]);
const Shown = Type.Object({
  experiment_id: Type.String(),
  kind: Type.String(),
  status: Type.String({ description: 'running or stopped' }),
  variants: Type.Array(Variant),
  started_at: Type.String(),
  ended_at: Instant,
  outcome: Type.Union([Type.String(), Type.Null()], {
    description: 'promoted, rolled_back, invalid, inconclusive, or stopped',
  }),
  reason: Type.Union([Type.String(), Type.Null()]),
  looks: Type.Unknown({ description: 'What the test last saw' }),
});

/** GET and POST /v1/experiments. */
export const experiments: Routes =
  ({ db }) =>
  async (server) => {
    const list = Type.Object({ experiments: Type.Array(Shown) });
    server.get('/v1/experiments', { schema: { response: { 200: list } } }, async (request) => {
      const tenantId = tenantOf(request);
      const rows = await asTenant(db, tenantId, (tx) => listExperiments(tx, tenantId, mostListed));
      return { experiments: rows.map(shown) };
    });

    const created = Type.Object({ experiment_id: Type.String(), status: Type.String() });
    const schema = { body: NewExperiment, response: { 201: created } };
    server.post('/v1/experiments', { schema }, async (request, reply) => {
      const tenant_id = tenantOf(request);
      const { variants } = request.body;
      const experiment_id = newId();
      const started = await asTenant(db, tenant_id, async (tx) => {
        await requireServable(tx, tenant_id, request.body);
        return await startExperiment(tx, { tenant_id, experiment_id, kind: 'ranker', variants });
      });
      if (!started)
        throw new HttpError(
          409,
          'experiment_running',
          'An experiment is running already; promote or roll back a variant first.',
        );
      return reply.status(201).send({ experiment_id, status: 'running' });
    });
  };

async function requireServable(db: Db, tenantId: string, { variants }: NewExperiment): Promise<void> {
  const ids = variants.map(({ model_id }) => model_id);
  if (new Set(ids).size < ids.length)
    throw new HttpError(400, 'invalid_request', 'variants must name each model once.');
  if (Math.abs(variants.reduce((sum, { weight }) => sum + weight, 0) - 1) > 1e-6)
    throw new HttpError(400, 'invalid_request', 'The weights of the variants must add up to 1.');
  for (const model_id of ids) {
    const model = model_id === shippedModel ? undefined : await findModel(db, tenantId, model_id);
    if (model_id !== shippedModel && model?.kind !== 'ranker')
      throw new HttpError(404, 'no_such_model', `There is no ranker ${model_id}; GET /v1/models lists them.`);
    if (model?.status === 'rejected')
      throw new HttpError(409, 'wrong_status', `${model_id} was rejected: ${model.reason}.`);
  }
}

const shown = (experiment: Experiment) => ({
  ...experiment,
  started_at: experiment.started_at.toISOString(),
  ended_at: experiment.ended_at?.toISOString() ?? null,
});
