import { outboxDepth } from '@learning-loop/db/loop/outbox';
import { Type } from 'typebox';
import type { GatewayContext, RouteGroup } from '../context.ts';

const Ready = Type.Object({
  status: Type.String({ description: 'ready, degraded (it serves, something is away), or unavailable' }),
  missing: Type.Array(Type.String({ description: 'What is away' })),
  outbox_pending: Type.Union([Type.Integer(), Type.Null()]),
  oldest_pending_ms: Type.Union([Type.Number(), Type.Null()]),
});

/** GET /livez, /readyz and /metrics. */
export const health: RouteGroup = (gateway) => async (server) => {
  server.get('/livez', async () => ({ status: 'live' }));

  server.get('/readyz', { schema: { response: { 200: Ready, 503: Ready } } }, async (_request, reply) => {
    const [depth, queue] = await Promise.all([readDepth(gateway), queueIsUp(gateway)]);
    const missing = [...(depth ? [] : ['postgres']), ...(queue ? [] : ['queue'])];
    const status = depth ? (queue ? 'ready' : 'degraded') : 'unavailable';
    const body = { outbox_pending: depth?.pending ?? null, oldest_pending_ms: depth?.oldest_ms ?? null };
    return reply.status(depth ? 200 : 503).send({ status, missing, ...body });
  });

  server.get('/metrics', async (_request, reply) =>
    reply.type(gateway.metrics.contentType).send(await gateway.metrics.metrics()),
  );
};

async function readDepth({ db }: GatewayContext) {
  return await outboxDepth(db).catch(() => null);
}

async function queueIsUp({ publisher }: GatewayContext): Promise<boolean> {
  return await publisher.waiting('memory').then(
    () => true,
    () => false,
  );
}
