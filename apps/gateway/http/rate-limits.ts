import { createHash } from 'node:crypto';
import rateLimit, { type RateLimitPluginOptions } from '@fastify/rate-limit';
import { connectRedis } from '@learning-loop/queue/backend/redis';
import { HttpError } from '@learning-loop/service/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { getTenantId } from '../auth/authenticate.ts';
import type { GatewayContext } from '../context.ts';

const windowMs = 60_000;
/** In memory; the least recently used ones are dropped. */
const maxCounters = 50_000;
/** Prefix in Redis; keys expire with the window and hold no user ids. */
const nameSpace = 'learning-loop:limit:';

/**
 * Per-minute limits by key and by user, shared by all gateways if Redis is configured. If Redis does not answer,
 * requests pass. Unauthenticated requests, which only this machine can make, are not limited.
 */
export async function registerRateLimits(server: FastifyInstance, gateway: GatewayContext): Promise<void> {
  const { requestsPerKey, requestsPerUser } = gateway.config;
  if (requestsPerKey === 0 && requestsPerUser === 0) return;
  const store = openCounters(server, gateway);
  await server.register(rateLimit, { global: false, timeWindow: windowMs, ...store });
  if (requestsPerKey > 0) {
    const checkKey = server.createRateLimit({ max: requestsPerKey, keyGenerator: toKeyName, ...store });
    server.addHook('onRequest', async (request, reply) => {
      if (isLimited(request)) applyLimit(reply, await checkKey(request), 'this key');
    });
  }
  if (requestsPerUser > 0) {
    const checkUser = server.createRateLimit({ max: requestsPerUser, keyGenerator: toUserName, ...store });
    server.addHook('preHandler', async (request, reply) => {
      if (isLimited(request) && findUserId(request)) applyLimit(reply, await checkUser(request), 'this user');
    });
    chargeCost(server, gateway, checkUser);
  }
}

function openCounters(server: FastifyInstance, { config, log }: GatewayContext): RateLimitPluginOptions {
  if (!config.redisUrl) return { cache: maxCounters };
  const redis = connectRedis(config.redisUrl, 'pipelined', (err) => log.debug({ err }, 'limits_in_doubt'));
  server.addHook('onClose', () => redis.disconnect());
  return { redis, nameSpace, skipOnError: true };
}

/** A request whose comparisons take this much CPU time, in ms, counts once; one that takes twice as much counts twice. */
const msPerRequest = 10;
const maxCost = 100;

/** Charges the user for what a request has cost beyond that of an ordinary one. */
function chargeCost(server: FastifyInstance, { comparer }: GatewayContext, count: CheckLimit): void {
  server.addHook('onResponse', async (request) => {
    const user_id = findUserId(request);
    if (!isLimited(request) || typeof user_id !== 'string') return;
    const ms = comparer.takeSpent({ tenant_id: getTenantId(request), user_id });
    const more = Math.min(maxCost, Math.floor(ms / msPerRequest)) - 1;
    for (let i = 0; i < more; i += 1) void count(request);
  });
}

const isLimited = ({ keyHolder }: FastifyRequest) => keyHolder !== null && keyHolder.key_id !== 'none';
const toKeyName = ({ keyHolder }: FastifyRequest) => `key:${keyHolder?.key_id}`;

/** Hashed, since user ids must not leave the database. */
function toUserName(request: FastifyRequest): string {
  const user = JSON.stringify([request.keyHolder?.tenant_id, findUserId(request)]);
  return `user:${createHash('sha256').update(user).digest('base64url')}`;
}

function findUserId({ body, params }: FastifyRequest): unknown {
  return [body, params].map(readUserId).find((user) => user !== undefined);
}

function readUserId(part: unknown): unknown {
  return typeof part === 'object' && part !== null && 'user_id' in part ? part.user_id : undefined;
}

type CheckLimit = ReturnType<FastifyInstance['createRateLimit']>;
type Count = Awaited<ReturnType<CheckLimit>>;

/** Sets the headers of draft-ietf-httpapi-ratelimit-headers-06; throws 429 when the limit is exceeded. */
function applyLimit(reply: FastifyReply, count: Count, subject: string): void {
  if (count.isAllowed) return;
  const { max, remaining, ttlInSeconds, isExceeded } = count;
  const headers = { limit: max, remaining, reset: ttlInSeconds };
  for (const [name, value] of Object.entries(headers)) reply.header(`ratelimit-${name}`, value);
  if (!isExceeded) return;
  reply.header('retry-after', Math.max(1, ttlInSeconds));
  throw new HttpError(
    429,
    'too_many_requests',
    `The ${max} requests a minute of ${subject} are used up; try again in ${Math.max(1, ttlInSeconds)} s.`,
  );
}
