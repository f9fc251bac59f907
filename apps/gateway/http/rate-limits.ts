import { createHash } from 'node:crypto';
import rateLimit, { type RateLimitPluginOptions } from '@fastify/rate-limit';
import { connectRedis } from '@learning-loop/queue/backend/redis';
import { HttpError } from '@learning-loop/service/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayContext } from '../context.ts';

const windowMs = 60_000;
/** Counters in memory at most; the least recent ones are forgotten. */
const mostCounters = 50_000;
/** How long a key's or a user's counters live in Redis is the window; nothing there says who it is. */
const nameSpace = 'learning-loop:limit:';

/**
 * Limits what the holder of a key, and what one user of a tenant may ask in a minute: for all gateways together when
 * there is a Redis, else for this one. Without Redis's answer the request goes on. Who calls without a key, which only
 * this machine can, is not limited; a limit of 0 is none.
 */
export async function registerRateLimits(server: FastifyInstance, gateway: GatewayContext): Promise<void> {
  const { requestsPerKey, requestsPerUser } = gateway.config;
  if (requestsPerKey === 0 && requestsPerUser === 0) return;
  const shared = counters(server, gateway);
  await server.register(rateLimit, { global: false, timeWindow: windowMs, ...shared });
  if (requestsPerKey > 0) {
    const ofKey = server.createRateLimit({ max: requestsPerKey, keyGenerator: keyName, ...shared });
    server.addHook('onRequest', async (request, reply) => {
      if (isLimited(request)) apply(reply, await ofKey(request), 'this key');
    });
  }
  if (requestsPerUser > 0) {
    const ofUser = server.createRateLimit({ max: requestsPerUser, keyGenerator: userName, ...shared });
    server.addHook('preHandler', async (request, reply) => {
      if (isLimited(request) && userOf(request)) apply(reply, await ofUser(request), 'this user');
    });
  }
}

function counters(server: FastifyInstance, { config, log }: GatewayContext): RateLimitPluginOptions {
  if (!config.redisUrl) return { cache: mostCounters };
  const redis = connectRedis(config.redisUrl, 'pipelined', (err) => log.debug({ err }, 'limits_in_doubt'));
  server.addHook('onClose', () => redis.disconnect());
  return { redis, nameSpace, skipOnError: true };
}

const isLimited = ({ keyHolder }: FastifyRequest) => keyHolder !== null && keyHolder.key_id !== 'none';
const keyName = ({ keyHolder }: FastifyRequest) => `key:${keyHolder?.key_id}`;

/** A user is counted under a hash: nothing outside of the database names one. */
function userName(request: FastifyRequest): string {
  const user = JSON.stringify([request.keyHolder?.tenant_id, userOf(request)]);
  return `user:${createHash('sha256').update(user).digest('base64url')}`;
}

function userOf({ body, params }: FastifyRequest): unknown {
  return [body, params].map(userIn).find((user) => user !== undefined);
}

function userIn(part: unknown): unknown {
  return typeof part === 'object' && part !== null && 'user_id' in part ? part.user_id : undefined;
}

type Count = Awaited<ReturnType<ReturnType<FastifyInstance['createRateLimit']>>>;

/** Says how much is left (draft-ietf-httpapi-ratelimit-headers-06); throws 429 when nothing is. */
function apply(reply: FastifyReply, count: Count, whose: string): void {
  if (count.isAllowed) return;
  const { max, remaining, ttlInSeconds, isExceeded } = count;
  const headers = { limit: max, remaining, reset: ttlInSeconds };
  for (const [name, value] of Object.entries(headers)) reply.header(`ratelimit-${name}`, value);
  if (!isExceeded) return;
  reply.header('retry-after', Math.max(1, ttlInSeconds));
  throw new HttpError(
    429,
    'too_many_requests',
    `The ${max} requests a minute of ${whose} are used up; try again in ${Math.max(1, ttlInSeconds)} s.`,
  );
}
