import { listSnapshots } from '@learning-loop/db/training/experiments';
import { Type } from 'typebox';
import { getCaller } from '../auth/sign-in.ts';
import type { RouteGroup } from '../context.ts';
import { Evidence } from './schemas.ts';

const Params = Type.Object({ experiment_id: Type.String({ format: 'uuid' }) });

/** GET /api/experiments/:experiment_id/evidence: what each interim analysis saw. */
export const experiments: RouteGroup =
  ({ db }) =>
  async (server) => {
    const schema = { params: Params, response: { 200: Evidence } };
    server.get('/api/experiments/:experiment_id/evidence', { schema }, async (request) => {
      const { tenant_id } = getCaller(request);
      const looks = await listSnapshots(db, { tenant_id, experiment_id: request.params.experiment_id });
      return { looks: looks.map(({ seen_at, variants }) => ({ at: seen_at.getTime() / 1000, variants })) };
    });
  };
