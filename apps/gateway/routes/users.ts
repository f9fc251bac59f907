import { type Erasure, findErasure, requestErasure } from '@learning-loop/db/privacy/erasures';
import { asTenant } from '@learning-loop/db/transactions';
import { findPersona } from '@learning-loop/db/users/personas';
import { setTrainingOptOut } from '@learning-loop/db/users/settings';
import { Facets } from '@learning-loop/events/fields';
import { newId } from '@learning-loop/events/ids';
import { defaultFacets } from '@learning-loop/learning/persona/facets';
import { HttpError } from '@learning-loop/service/errors';
import { type Static, Type } from 'typebox';
import { getTenantId } from '../auth/authenticate.ts';
import type { RouteGroup } from '../context.ts';
import { createExportLimit, streamExport } from '../http/export.ts';
import { UserParams } from '../http/validation.ts';

const Persona = Type.Object({
  facets: Facets,
  interaction_count: Type.Integer({ minimum: 0 }),
  updated_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description: 'null when nothing has been learned of this user yet',
  }),
});

/** GET /v1/users/:user_id/persona. */
export const users: RouteGroup = (gateway) => async (server) => {
  const schema = { params: UserParams, response: { 200: Persona } };
  server.get('/v1/users/:user_id/persona', { schema }, async (request) => {
    const persona = await asTenant(gateway.db, getTenantId(request), (tx) =>
      findPersona(tx, getTenantId(request), request.params.user_id),
    );
    if (!persona) return { facets: defaultFacets, interaction_count: 0, updated_at: null };
    return { ...persona, updated_at: persona.updated_at.toISOString() };
  });
};

const Query = Type.Object(
  {
    include: Type.Optional(
      Type.Literal('training_log', {
        description: 'Also the lines of the training log, all of which is read',
      }),
    ),
  },
  { additionalProperties: false },
);

const Rows = Type.Record(Type.String(), Type.Array(Type.Unknown()));
const Export = Type.Object({
  user_id: Type.String(),
  exported_at: Type.String({ format: 'date-time' }),
  held: Rows,
  training_log: Type.Optional(Rows),
});

const Settings = Type.Object(
  {
    training_opt_out: Type.Boolean({
      description: 'Nothing of this user goes into the training log any more',
    }),
  },
  { additionalProperties: false },
);

/** GET /v1/users/:user_id/export; PUT …/settings. */
export const userData: RouteGroup =
  ({ db, config }) =>
  async (server) => {
    const admit = createExportLimit();
    const all = { schema: { params: UserParams, querystring: Query, response: { 200: Export } } };
    server.get('/v1/users/:user_id/export', all, async (request, reply) => {
      const user = { tenant_id: getTenantId(request), user_id: request.params.user_id };
      const done = admit(user.tenant_id);
      const log = request.query.include === undefined ? null : config.trainingDataDir;
      const body = await streamExport(db, user, log).catch((error: unknown) => {
        done();
        throw error;
      });
      body.on('close', done);
      // The schema describes the response; a stream is sent as it is.
      return reply.type('application/json; charset=utf-8').send(body as unknown as Static<typeof Export>);
    });

    const settings = { schema: { params: UserParams, body: Settings, response: { 200: Settings } } };
    server.put('/v1/users/:user_id/settings', settings, async (request) => {
      const user = { tenant_id: getTenantId(request), user_id: request.params.user_id };
      const { training_opt_out } = request.body;
      await asTenant(db, user.tenant_id, (tx) => setTrainingOptOut(tx, user, training_opt_out));
      return request.body;
    });
  };

const Count = Type.Integer({ minimum: 0 });
const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const Receipt = Type.Object({
  erasure_id: Type.String({ format: 'uuid' }),
  status: Type.String({ description: 'erasing, or erased' }),
  requested_at: Type.String({ format: 'date-time' }),
  done_at: Nullable(Type.String({ format: 'date-time' })),
  error: Nullable(Type.String({ description: 'Why it is not done yet; it is tried again' })),
  erased: Nullable(
    Type.Object({
      rows: Type.Record(Type.String(), Count, { description: 'Rows of the database, by table' }),
      training_log_records: Count,
      dataset_samples: Type.Record(Type.String(), Count, { description: 'Samples, by file' }),
      models: Type.Array(Type.String(), {
        description: 'Models that had learned from the user; they are marked for retraining',
      }),
    }),
  ),
});

const ErasureParams = Type.Object(
  { erasure_id: Type.String({ format: 'uuid' }) },
  { additionalProperties: false },
);

/** DELETE /v1/users/:user_id; GET /v1/erasures/:erasure_id. */
export const erasure: RouteGroup =
  ({ db }) =>
  async (server) => {
    const erase = { schema: { params: UserParams, response: { 202: Receipt } } };
    server.delete('/v1/users/:user_id', erase, async (request, reply) => {
      const user = { tenant_id: getTenantId(request), user_id: request.params.user_id };
      return reply
        .status(202)
        .send(toReceipt(await asTenant(db, user.tenant_id, (tx) => requestErasure(tx, user, newId()))));
    });

    const read = { schema: { params: ErasureParams, response: { 200: Receipt } } };
    server.get('/v1/erasures/:erasure_id', read, async (request) => {
      const erasure = await asTenant(db, getTenantId(request), (tx) =>
        findErasure(tx, getTenantId(request), request.params.erasure_id),
      );
      if (erasure) return toReceipt(erasure);
      throw new HttpError(404, 'no_such_erasure', `There is no erasure ${request.params.erasure_id}.`);
    });
  };

const toReceipt = ({ erasure_id, requested_at, done_at, receipt, error }: Erasure) => ({
  erasure_id,
  status: done_at ? 'erased' : 'erasing',
  requested_at: requested_at.toISOString(),
  done_at: done_at?.toISOString() ?? null,
  error,
  erased: receipt,
});
