import { Type } from 'typebox';
import { tenantOf } from '../auth/authenticate.ts';
import type { Routes } from '../context.ts';

const Session = Type.Object({
  tenant_id: Type.String(),
  role: Type.String({ description: 'reader or admin' }),
});

/** GET /v1/session: what the caller's key stands for; the console signs people in with it. */
export const session: Routes = () => async (server) => {
  const schema = { response: { 200: Session } };
  server.get('/v1/session', { schema }, async (request) => ({
    tenant_id: tenantOf(request),
    role: request.keyHolder?.role ?? 'reader',
  }));
};
