import { ttlCache } from '@learning-loop/async/memoize';
import { isReachable } from '@learning-loop/db/connect';
import { type OutboxBacklog, watchOutbox } from '@learning-loop/db/loop/outbox-backlog';
import type { QueueFull } from '@learning-loop/queue/producer/queue-memory';
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
  queue_full: Type.Optional(
    Type.Object(
      {
        reason: Type.String({ description: 'Why events are learned without the queue, and what to do' }),
        since: Type.String({ format: 'date-time' }),
      },
      { description: 'While the queue lacks memory; for readers and admins only' },
    ),
  ),
});

/** Whoever asks, and however often: the servers are asked this often. */
const cachedMs = 1_000;

/** GET /livez, /readyz and /metrics. */
export const health: RouteGroup = (gateway) => async (server) => {
  server.get('/livez', async () => ({ status: 'live' }));

  const cached = ttlCache<Servers>();
  const outbox = watchOutbox(gateway.db);
  const check = () => cached('all', cachedMs, () => checkServers(gateway));
  server.get('/readyz', { schema: { response: { 200: Ready, 503: Ready } } }, async (request, reply) => {
    const [servers, may] = await Promise.all([check(), server.mayRead(request)]);
    const missing = listMissing(servers);
    const { postgres } = servers;
    const status = postgres ? (missing.length === 0 ? 'ready' : 'degraded') : 'unavailable';
    const details = may ? { ...toQueueFull(servers), ...(await readBacklog(outbox)) } : {};
    return reply.status(postgres ? 200 : 503).send({ status, missing, ...details });
  });

  server.get('/metrics', async (_request, reply) =>
    reply.type(gateway.metrics.contentType).send(await gateway.metrics.metrics()),
  );
};

interface Servers {
  postgres: boolean;
  queue: boolean;
  full: QueueFull | undefined;
}

async function checkServers({ db, publisher }: GatewayContext): Promise<Servers> {
  const queueIsUp = publisher.waiting('memory').then(
    () => true,
    () => false,
  );
  const full = publisher.full().catch(() => undefined);
  const [postgres, queue] = await Promise.all([isReachable(db), queueIsUp]);
  return { postgres, queue, full: await full };
}

const listMissing = ({ postgres, queue, full }: Servers): string[] => [
  ...(postgres ? [] : ['postgres']),
  ...(queue ? [] : ['queue']),
  ...(full ? ['room in the queue'] : []),
];

const toQueueFull = ({ full }: Servers) =>
  full ? { queue_full: { reason: full.reason, since: full.since.toISOString() } } : {};

/** Of all tenants. */
async function readBacklog(outbox: OutboxBacklog) {
  const depth = await outbox.depth().catch(() => null);
  return { outbox_pending: depth?.pending ?? null, oldest_pending_ms: depth?.oldest_ms ?? null };
}
