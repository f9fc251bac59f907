import type { Tx } from '@learning-loop/db/connect';
import { listInteractionOutcomes, listPersonaUpdates, searchUsers } from '@learning-loop/db/console/users';
import { findInteraction } from '@learning-loop/db/loop/interactions';
import { findModel, shippedModel } from '@learning-loop/db/training/models';
import { asTenant } from '@learning-loop/db/transactions';
import { shippedWeights } from '@learning-loop/learning/ranking/weights';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { callerOf } from '../auth/sign-in.ts';
import type { RouteGroup } from '../context.ts';

const most = { users: 50, steps: 500, episodes: 50 };

const Search = Type.Object(
  { prefix: Type.String({ maxLength: 200, default: '' }) },
  { additionalProperties: false },
);
const Interaction = Type.Object({ interaction_id: Type.String({ format: 'uuid' }) });
const Params = Type.Object({ user_id: Type.String({ minLength: 1, maxLength: 200 }) });

/** /api/users: search; and one user's persona and interactions over time, which the gateway's API has one by one. */
export const users: RouteGroup =
  ({ db }) =>
  async (server) => {
    function own<T>(request: FastifyRequest, read: (tx: Tx, tenantId: string) => Promise<T>): Promise<T> {
      const { tenant_id } = callerOf(request);
      return asTenant(db, tenant_id, (tx) => read(tx, tenant_id));
    }

    server.get('/api/users', { schema: { querystring: Search } }, async (request) => ({
      users: await own(request, (tx, tenantId) =>
        searchUsers(tx, tenantId, { prefix: request.query.prefix, limit: most.users }),
      ),
    }));

    server.get('/api/users/:user_id', { schema: { params: Params } }, async (request) => {
      const { user_id } = request.params;
      return await own(request, async (tx, tenantId) => ({
        steps: await listPersonaUpdates(tx, tenantId, user_id, most.steps),
        episodes: await listInteractionOutcomes(tx, tenantId, user_id, most.episodes),
      }));
    });

    const ofInteraction = { schema: { params: Interaction } };
    server.get('/api/interactions/:interaction_id/weights', ofInteraction, async (request) => ({
      weights: await own(request, (tx, tenantId) => weightsOf(tx, tenantId, request.params.interaction_id)),
    }));
  };

/** What the features counted for in this ranking; nothing when its model is gone. */
async function weightsOf(db: Tx, tenantId: string, interactionId: string): Promise<Record<string, number>> {
  const ranker = (await findInteraction(db, tenantId, interactionId))?.ranker_id ?? shippedModel;
  if (ranker === shippedModel) return shippedWeights.weights;
  const artifact = (await findModel(db, tenantId, ranker))?.artifact;
  return artifact && 'weights' in artifact ? artifact.weights : {};
}
