import { Type } from 'typebox';
import { getTenantId } from '../auth/authenticate.ts';
import type { RouteGroup } from '../context.ts';

const Session = Type.Object({
  tenant_id: Type.String(),
  role: Type.String({ description: 'reader or admin' }),
});

/** GET /v1/session: tenant and role of the key; the console's sign-in uses it. */
export const session: RouteGroup = () => async (server) => {
  const schema = { response: { 200: Session } };
  server.get('/v1/session', { schema }, async (request) => ({
    tenant_id: getTenantId(request),
    role: request.keyHolder?.role ?? 'reader',
  }));
};
