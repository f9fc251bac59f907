import type { Tx } from '@learning-loop/db/connect';
import type { ModelKind } from '@learning-loop/db/schema/training';
import { type Experiment, listExperiments, startExperiment } from '@learning-loop/db/training/experiments';
import { baselines } from '@learning-loop/db/training/models';
import { asTenant } from '@learning-loop/db/transactions';
import { newId } from '@learning-loop/events/ids';
import { HttpError } from '@learning-loop/service/errors';
import { Type } from 'typebox';
import { getTenantId } from '../auth/authenticate.ts';
import type { Config } from '../config.ts';
import type { RouteGroup } from '../context.ts';
import { assertServable, modelKind } from '../hypotheses/model-availability.ts';
import { ModelId } from './models.ts';

const maxListed = 100;

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
      description:
        'All rankers or all language models. The first is the control: shipped or configured, or any other; the shares add up to 1',
    }),
  },
  { additionalProperties: false },
);
type NewExperiment = Type.Static<typeof NewExperiment>;

const Instant = Type.Union([Type.String(), Type.Null()]);
const ExperimentRow = Type.Object({
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
export const experiments: RouteGroup =
  ({ config, db }) =>
  async (server) => {
    const list = Type.Object({ experiments: Type.Array(ExperimentRow) });
    server.get('/v1/experiments', { schema: { response: { 200: list } } }, async (request) => {
      const tenantId = getTenantId(request);
      const rows = await asTenant(db, tenantId, (tx) => listExperiments(tx, tenantId, maxListed));
      return { experiments: rows.map(toResponse) };
    });

    const created = Type.Object({ experiment_id: Type.String(), status: Type.String() });
    const schema = { body: NewExperiment, response: { 201: created } };
    server.post('/v1/experiments', { schema }, async (request, reply) => {
      const tenant_id = getTenantId(request);
      const { variants } = request.body;
      const experiment_id = newId();
      const started = await asTenant(db, tenant_id, async (tx) => {
        const kind = await requireVariants(config, tx, tenant_id, request.body);
        return await startExperiment(tx, { tenant_id, experiment_id, kind, variants });
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

/** Returns the variants' kind; throws unless all of them can serve. */
async function requireVariants(
  config: Config,
  tx: Tx,
  tenantId: string,
  { variants }: NewExperiment,
): Promise<ModelKind> {
  const ids = variants.map(({ model_id }) => model_id);
  const invalid = (message: string) => new HttpError(400, 'invalid_request', message);
  if (new Set(ids).size < ids.length) throw invalid('variants must name each model once.');
  if (Math.abs(variants.reduce((sum, { weight }) => sum + weight, 0) - 1) > 1e-6)
    throw invalid('The weights of the variants must add up to 1.');
  const kind = await modelKind(tx, tenantId, ids);
  if (ids.indexOf(baselines[kind]) > 0)
    throw invalid(`${baselines[kind]} must be the first variant: the others are compared with it.`);
  for (const id of ids) await assertServable(config, tx, { tenantId, id, kind });
  return kind;
}

const toResponse = (experiment: Experiment) => ({
  ...experiment,
  started_at: experiment.started_at.toISOString(),
  ended_at: experiment.ended_at?.toISOString() ?? null,
});
