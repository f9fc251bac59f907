import { readUserRows } from '@learning-loop/db/privacy/user-data';
import { asTenant } from '@learning-loop/db/transactions/as-tenant';
import { setTrainingOptOut } from '@learning-loop/db/users/settings';
import { logNames } from '@learning-loop/events/training-records';
import { readTrainingLog } from '@learning-loop/training-log/read';
import { Type } from 'typebox';
import type { Routes } from './context.ts';
import { UserParams } from './routes/schemas.ts';
import { tenantOf } from './tenant.ts';

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

/** GET /v1/users/:user_id/export: all that is held of a user. PUT …/settings: whether it may be trained on. */
export const userData: Routes =
  ({ db, config }) =>
  async (server) => {
    const all = { schema: { params: UserParams, querystring: Query, response: { 200: Export } } };
    server.get('/v1/users/:user_id/export', all, async (request) => {
      const user = { tenant_id: tenantOf(request), user_id: request.params.user_id };
      const held = await asTenant(db, user.tenant_id, (tx) => readUserRows(tx, user));
      const exported = { user_id: user.user_id, exported_at: new Date().toISOString(), held };
      if (request.query.include === undefined) return exported;
      return { ...exported, training_log: await readUserLog(config.trainingDataDir, user) };
    });

    const settings = { schema: { params: UserParams, body: Settings, response: { 200: Settings } } };
    server.put('/v1/users/:user_id/settings', settings, async (request) => {
      const user = { tenant_id: tenantOf(request), user_id: request.params.user_id };
      const { training_opt_out } = request.body;
      await asTenant(db, user.tenant_id, (tx) => setTrainingOptOut(tx, user, training_opt_out));
      return request.body;
    });
  };

async function readUserLog(directory: string, user: { tenant_id: string; user_id: string }) {
  const found: Record<string, unknown[]> = {};
  for (const name of logNames) {
    const lines: unknown[] = [];
    for await (const line of readTrainingLog(directory, name)) {
      if (line.tenant_id === user.tenant_id && line.user_id === user.user_id) lines.push(line);
    }
    found[name] = lines;
  }
  return found;
}
