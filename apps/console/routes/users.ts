import type { Tx } from '@learning-loop/db/connect';
import { listInteractionOutcomes, listPersonaUpdates, searchUsers } from '@learning-loop/db/console/users';
import { findInteraction } from '@learning-loop/db/loop/interactions';
import { findModel, shippedModel } from '@learning-loop/db/training/models';
import { asTenant } from '@learning-loop/db/transactions';
import { completeWeights, shippedWeights } from '@learning-loop/learning/ranking/weights';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { getCaller } from '../auth/sign-in.ts';
import type { RouteGroup } from '../context.ts';

const limits = { users: 50, steps: 500, episodes: 50 };

const Search = Type.Object(
  { prefix: Type.String({ maxLength: 200, default: '' }) },
  { additionalProperties: false },
);
const Interaction = Type.Object({ interaction_id: Type.String({ format: 'uuid' }) });
const Params = Type.Object({ user_id: Type.String({ minLength: 1, maxLength: 200 }) });

/** /api/users: search, and one user's persona updates and interactions. */
export const users: RouteGroup =
  ({ db }) =>
  async (server) => {
    function readAsTenant<T>(
      request: FastifyRequest,
      read: (tx: Tx, tenantId: string) => Promise<T>,
    ): Promise<T> {
      const { tenant_id } = getCaller(request);
      return asTenant(db, tenant_id, (tx) => read(tx, tenant_id));
    }

    server.get('/api/users', { schema: { querystring: Search } }, async (request) => ({
      users: await readAsTenant(request, (tx, tenantId) =>
        searchUsers(tx, tenantId, { prefix: request.query.prefix, limit: limits.users }),
      ),
    }));

    server.get('/api/users/:user_id', { schema: { params: Params } }, async (request) => {
      const { user_id } = request.params;
      return await readAsTenant(request, async (tx, tenantId) => ({
        steps: await listPersonaUpdates(tx, tenantId, user_id, limits.steps),
        episodes: await listInteractionOutcomes(tx, tenantId, user_id, limits.episodes),
      }));
    });

    const interactionSchema = { schema: { params: Interaction } };
    server.get('/api/interactions/:interaction_id/weights', interactionSchema, async (request) => ({
      weights: await readAsTenant(request, (tx, tenantId) =>
        loadWeights(tx, tenantId, request.params.interaction_id),
      ),
    }));
  };

/** The ranker's feature weights; empty if the model no longer exists. */
async function loadWeights(db: Tx, tenantId: string, interactionId: string): Promise<Record<string, number>> {
  const ranker = (await findInteraction(db, tenantId, interactionId))?.ranker_id ?? shippedModel;
  if (ranker === shippedModel) return shippedWeights.weights;
  const artifact = (await findModel(db, tenantId, ranker))?.artifact;
  return artifact && 'weights' in artifact ? completeWeights(artifact).weights : {};
}
