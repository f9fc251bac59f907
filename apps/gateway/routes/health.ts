import { ttlCache } from '@learning-loop/async/memoize';
import { isReachable } from '@learning-loop/db/connect';
import { type OutboxBacklog, watchOutbox } from '@learning-loop/db/loop/outbox-backlog';
import { Type } from 'typebox';
import type { GatewayContext, RouteGroup } from '../context.ts';

const Ready = Type.Object({
  status: Type.String({ description: 'ready, degraded (it serves, something is away), or unavailable' }),
  missing: Type.Array(Type.String({ description: 'What is away' })),
  outbox_pending: Type.Optional(
    Type.Union([Type.Integer(), Type.Null()], { description: 'Up to 10,000; for readers and admins only' }),
  ),
  oldest_pending_ms: Type.Optional(
    Type.Union([Type.Number(), Type.Null()], { description: 'For readers and admins only' }),
  ),
});

/** Whoever asks, and however often: the servers are asked this often. */
const cachedMs = 1_000;

/** GET /livez, /readyz and /metrics. */
export const health: RouteGroup = (gateway) => async (server) => {
  server.get('/livez', async () => ({ status: 'live' }));

  const cached = ttlCache<Record<'postgres' | 'queue', boolean>>();
  const outbox = watchOutbox(gateway.db);
  const check = () => cached('all', cachedMs, () => checkServers(gateway));
  server.get('/readyz', { schema: { response: { 200: Ready, 503: Ready } } }, async (request, reply) => {
    const [{ postgres, queue }, backlog] = await Promise.all([
      check(),
      server.mayRead(request).then((may) => (may ? readBacklog(outbox) : {})),
    ]);
    const missing = [...(postgres ? [] : ['postgres']), ...(queue ? [] : ['queue'])];
    const status = postgres ? (queue ? 'ready' : 'degraded') : 'unavailable';
    return reply.status(postgres ? 200 : 503).send({ status, missing, ...backlog });
  });

  server.get('/metrics', async (_request, reply) =>
    reply.type(gateway.metrics.contentType).send(await gateway.metrics.metrics()),
  );
};

async function checkServers({ db, publisher }: GatewayContext) {
  const queueIsUp = publisher.waiting('memory').then(
    () => true,
    () => false,
  );
  const [postgres, queue] = await Promise.all([isReachable(db), queueIsUp]);
  return { postgres, queue };
}

/** Of all tenants. */
async function readBacklog(outbox: OutboxBacklog) {
  const depth = await outbox.depth().catch(() => null);
  return { outbox_pending: depth?.pending ?? null, oldest_pending_ms: depth?.oldest_ms ?? null };
}
