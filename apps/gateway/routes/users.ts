import { asTenant } from '@learning-loop/db/transactions/as-tenant';
import { findPersona } from '@learning-loop/db/users/personas';
import { Facets } from '@learning-loop/events/fields';
import { startFacets } from '@learning-loop/learning/persona/facets';
import { Type } from 'typebox';
import type { Routes } from '../context.ts';
import { tenantOf } from '../tenant.ts';
import { UserParams } from './schemas.ts';

const Persona = Type.Object({
  facets: Facets,
  interaction_count: Type.Integer({ minimum: 0 }),
  updated_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description: 'null when nothing has been learned of this user yet',
  }),
});

/** GET /v1/users/:user_id/persona: how a user likes to be answered. */
export const users: Routes = (gateway) => async (server) => {
  const schema = { params: UserParams, response: { 200: Persona } };
  server.get('/v1/users/:user_id/persona', { schema }, async (request) => {
    const found = await asTenant(gateway.db, tenantOf(request), (tx) =>
      findPersona(tx, tenantOf(request), request.params.user_id),
    );
    if (!found) return { facets: startFacets, interaction_count: 0, updated_at: null };
    return { ...found, updated_at: found.updated_at.toISOString() };
  });
};
