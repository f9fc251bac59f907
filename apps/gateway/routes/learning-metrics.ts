import { loadLearningMetrics } from '@learning-loop/db/training/learning-metrics';
import { asTenant } from '@learning-loop/db/transactions';
import { databaseNow } from '@learning-loop/events/clock';
import { Type } from 'typebox';
import { getTenantId } from '../auth/authenticate.ts';
import type { RouteGroup } from '../context.ts';

const Query = Type.Object(
  {
    by: Type.Union([Type.Literal('model'), Type.Literal('day')], { default: 'model' }),
    window: Type.String({ pattern: '^[1-9]\\d{0,2}[hd]$', default: '7d', description: 'Such as 24h or 30d' }),
  },
  { additionalProperties: false },
);

const Count = Type.Integer({ minimum: 0 });
const Rate = Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()]);
const Row = Type.Object({
  key: Type.String({ description: 'A ranker, a language model that was asked, or a day' }),
  interactions: Count,
  users: Count,
  answers: Count,
  selection_rate: Rate,
  first_place_rate: Rate,
  auto_advance_rate: Rate,
  override_rate: Rate,
  satisfaction: Rate,
  feedback: Count,
  return_rate: Rate,
});
const Response = Type.Object({ by: Type.String(), since: Type.String(), rows: Type.Array(Row) });

/** GET /v1/metrics/learning: outcomes by model or by day. */
export const learning: RouteGroup =
  ({ db }) =>
  async (server) => {
    const schema = { querystring: Query, response: { 200: Response } };
    server.get('/v1/metrics/learning', { schema }, async (request) => {
      const { by, window } = request.query;
      const hours = Number.parseInt(window, 10) * (window.endsWith('d') ? 24 : 1);
      const since = new Date(databaseNow() - hours * 3_600_000);
      const tenantId = getTenantId(request);
      const rows = await asTenant(db, tenantId, (tx) => loadLearningMetrics(tx, tenantId, by, since));
      return { by, since: since.toISOString(), rows };
    });
  };
