import { type Erasure, findErasure, requestErasure } from '@learning-loop/db/privacy/erasures';
import { asTenant } from '@learning-loop/db/transactions/as-tenant';
import { newId } from '@learning-loop/events/id';
import { Type } from 'typebox';
import type { Routes } from './context.ts';
import { HttpError } from './http-error.ts';
import { UserParams } from './routes/schemas.ts';
import { tenantOf } from './tenant.ts';

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

/** DELETE /v1/users/:user_id erases all that is held of a user; GET /v1/erasures/:erasure_id is the receipt. */
export const erasure: Routes =
  ({ db }) =>
  async (server) => {
    const ask = { schema: { params: UserParams, response: { 202: Receipt } } };
    server.delete('/v1/users/:user_id', ask, async (request, reply) => {
      const user = { tenant_id: tenantOf(request), user_id: request.params.user_id };
      return reply
        .status(202)
        .send(shown(await asTenant(db, user.tenant_id, (tx) => requestErasure(tx, user, newId()))));
    });

    const see = { schema: { params: ErasureParams, response: { 200: Receipt } } };
    server.get('/v1/erasures/:erasure_id', see, async (request) => {
      const found = await asTenant(db, tenantOf(request), (tx) =>
        findErasure(tx, tenantOf(request), request.params.erasure_id),
      );
      if (found) return shown(found);
      throw new HttpError(404, 'no_such_erasure', `There is no erasure ${request.params.erasure_id}.`);
    });
  };

const shown = ({ erasure_id, requested_at, done_at, receipt, error }: Erasure) => ({
  erasure_id,
  status: done_at ? 'erased' : 'erasing',
  requested_at: requested_at.toISOString(),
  done_at: done_at?.toISOString() ?? null,
  error,
  erased: receipt,
});
