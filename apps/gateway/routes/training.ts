import { type DatasetBuild, listBuilds, requestBuild } from '@learning-loop/db/training/dataset-builds';
import { asTenant } from '@learning-loop/db/transactions';
import { newId } from '@learning-loop/events/ids';
import { countRecords } from '@learning-loop/training-log/read';
import { Type } from 'typebox';
import { getTenantId } from '../auth/authenticate.ts';
import type { RouteGroup } from '../context.ts';

const maxBuilds = 100;

const Count = Type.Integer({ minimum: 0 });
const Stats = Type.Object({
  hypotheses_count: Count,
  persona_updates_count: Count,
  ranking_samples_count: Count,
  feedback_count: Count,
  data_dir: Type.String(),
});

const Instant = Type.Union([Type.String({ format: 'date-time' }), Type.Null()]);
const Build = Type.Object({
  build_id: Type.String(),
  status: Type.String({ description: 'queued, running, done, empty (nothing to learn from), or failed' }),
  step: Type.Union([Type.String(), Type.Null()], { description: 'What a running build is at' }),
  version: Type.Union([Type.String(), Type.Null()], { description: 'The dataset that was made' }),
  notes: Type.Array(Type.String()),
  requested_at: Instant,
  started_at: Instant,
  finished_at: Instant,
  counts: Type.Union([Type.Record(Type.String(), Count), Type.Null()], { description: 'Samples by step' }),
  error: Type.Union([Type.String(), Type.Null()]),
});

/** GET /v1/training/stats; GET and POST /v1/training/datasets. */
export const training: RouteGroup =
  ({ config, db }) =>
  async (server) => {
    server.get('/v1/training/stats', { schema: { response: { 200: Stats } } }, async (request) => {
      const counts = await countRecords(config.trainingDataDir, getTenantId(request));
      return {
        hypotheses_count: counts.hypotheses_data,
        persona_updates_count: counts.persona_updates,
        ranking_samples_count: counts.ranking_data,
        feedback_count: counts.user_feedback,
        data_dir: config.trainingDataDir,
      };
    });

    const requested = Type.Object({ build_id: Type.String(), status: Type.String() });
    server.post(
      '/v1/training/datasets',
      { schema: { response: { 202: requested } } },
      async (request, reply) => {
        const build_id = newId();
        const tenantId = getTenantId(request);
        await asTenant(db, tenantId, (tx) => requestBuild(tx, tenantId, build_id));
        return reply.status(202).send({ build_id, status: 'queued' });
      },
    );

    const list = Type.Object({ builds: Type.Array(Build) });
    server.get('/v1/training/datasets', { schema: { response: { 200: list } } }, async (request) => {
      const tenantId = getTenantId(request);
      const builds = await asTenant(db, tenantId, (tx) => listBuilds(tx, tenantId, maxBuilds));
      return { builds: builds.map(toResponse) };
    });
  };

const toResponse = (build: DatasetBuild) => ({
  ...build,
  requested_at: build.requested_at.toISOString(),
  started_at: build.started_at?.toISOString() ?? null,
  finished_at: build.finished_at?.toISOString() ?? null,
});
