import { createHash } from 'node:crypto';
import rateLimit, { normalizeIP, type RateLimitPluginOptions } from '@fastify/rate-limit';
import { connectRedis } from '@learning-loop/queue/backend/redis';
import { HttpError } from '@learning-loop/service/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { getTenantId } from '../auth/authenticate.ts';
import type { GatewayContext } from '../context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The name of its next count, such as `key:…`. */
    countedAs: string;
  }
}

const windowMs = 60_000;
/** In memory; the least recently used ones are dropped. */
const maxCounters = 50_000;
/** Prefix in Redis; keys expire with the window and hold no user ids. */
const nameSpace = 'learning-loop:limit:';

const subjects = {
  key: 'requests a minute of this key',
  user: 'requests a minute of this user',
  failed: 'wrong keys a minute from this address',
};
type Subject = keyof typeof subjects;

export interface RateLimits {
  /** Counts the request of a key. Throws 429 when its limit is exceeded. */
  countKey(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Counts a wrong key. Valid ones are taken all the same: the address may be that of a proxy. Throws 429. */
  countFailure(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Registers the hooks that count the requests of users. */
  limitUsers(): void;
}

/**
 * Limits per minute, shared by all gateways if Redis is configured. If Redis does not answer, requests pass.
 * Unauthenticated requests, which only this machine can make, are not limited.
 */
export async function openRateLimits(server: FastifyInstance, gateway: GatewayContext): Promise<RateLimits> {
  const { requestsPerKey, requestsPerUser, failedKeysPerAddress } = gateway.config;
  const limits: Record<Subject, number> = {
    ...{ key: requestsPerKey, user: requestsPerUser, failed: failedKeysPerAddress },
  };
  server.decorateRequest('countedAs', '');
  await server.register(rateLimit, {
    ...{ global: false, timeWindow: windowMs, ...openCounters(server, gateway) },
    keyGenerator: ({ countedAs }) => countedAs,
    max: (_request, name) => limits[toSubject(name)],
  });
  const increment = server.createRateLimit();

  async function count(request: FastifyRequest, reply: FastifyReply, subject: Subject, name: string) {
    if (limits[subject] === 0) return;
    request.countedAs = `${subject}:${name}`;
    applyLimit(reply, await increment(request), subjects[subject]);
  }

  /** Charges the user for what a request has cost beyond that of an ordinary one. */
  async function chargeCost(request: FastifyRequest): Promise<void> {
    const user_id = findUserId(request);
    if (!isLimited(request) || typeof user_id !== 'string' || limits.user === 0) return;
    const ms = gateway.comparer.takeSpent({ tenant_id: getTenantId(request), user_id });
    const more = Math.min(maxCost, Math.floor(ms / msPerRequest)) - 1;
    request.countedAs = `user:${toUserName(request)}`;
    await Promise.all(Array.from({ length: Math.max(0, more) }, () => increment(request)));
  }

  return {
    async countKey(request, reply) {
      if (isLimited(request)) await count(request, reply, 'key', request.keyHolder?.key_id ?? '');
    },
    countFailure: (request, reply) => count(request, reply, 'failed', normalizeIP(request.ip)),
    limitUsers() {
      server.addHook('preHandler', async (request, reply) => {
        if (isLimited(request) && findUserId(request))
          await count(request, reply, 'user', toUserName(request));
      });
      server.addHook('onResponse', chargeCost);
    },
  };
}

const toSubject = (name: string) => name.slice(0, name.indexOf(':')) as Subject;

function openCounters(server: FastifyInstance, { config, log }: GatewayContext): RateLimitPluginOptions {
  if (!config.redisUrl) return { cache: maxCounters };
  const redis = connectRedis(config.redisUrl, 'pipelined', (err) => log.debug({ err }, 'limits_in_doubt'));
  server.addHook('onClose', () => redis.disconnect());
  return { redis, nameSpace, skipOnError: true };
}

/** A request whose comparisons take this much CPU time, in ms, counts once; one that takes twice as much counts twice. */
const msPerRequest = 10;
const maxCost = 100;

const isLimited = ({ keyHolder }: FastifyRequest) => keyHolder !== null && keyHolder.key_id !== 'none';

/** Hashed, since user ids must not leave the database. */
function toUserName(request: FastifyRequest): string {
  const user = JSON.stringify([request.keyHolder?.tenant_id, findUserId(request)]);
  return createHash('sha256').update(user).digest('base64url');
}

function findUserId({ body, params }: FastifyRequest): unknown {
  return [body, params].map(readUserId).find((user) => user !== undefined);
}

function readUserId(part: unknown): unknown {
  return typeof part === 'object' && part !== null && 'user_id' in part ? part.user_id : undefined;
}

type Count = Awaited<ReturnType<ReturnType<FastifyInstance['createRateLimit']>>>;

/** Sets the headers of draft-ietf-httpapi-ratelimit-headers-06; throws 429 when the limit is exceeded. */
function applyLimit(reply: FastifyReply, count: Count, what: string): void {
  if (count.isAllowed) return;
  const { max, remaining, ttlInSeconds, isExceeded } = count;
  const headers = { limit: max, remaining, reset: ttlInSeconds };
  for (const [name, value] of Object.entries(headers)) reply.header(`ratelimit-${name}`, value);
  if (!isExceeded) return;
  reply.header('retry-after', Math.max(1, ttlInSeconds));
  throw new HttpError(
    429,
    'too_many_requests',
    `The ${max} ${what} are used up; try again in ${Math.max(1, ttlInSeconds)} s.`,
  );
}
