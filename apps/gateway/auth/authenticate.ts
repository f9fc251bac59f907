import { isIP } from 'node:net';
import { hasAnyKey } from '@learning-loop/db/access/api-keys';
import type { Db } from '@learning-loop/db/connect';
import { echo, HttpError, StartError } from '@learning-loop/service/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKeyStore, Caller } from './api-key-store.ts';
import { routeAccess } from './roles.ts';

function isLoopback(host: string): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|localhost|::1)$/iu.test(stripBrackets(host));
}

/**
 * Whether no web page on the internet can have this host name: an IP address, a name without a dot, or a private
 * top-level domain.
 */
function isLocalName(host: string): boolean {
  return isIP(stripBrackets(host)) !== 0 || /^[\w-]*$|\.(?:internal|local|localhost|svc)$/iu.test(host);
}

const stripBrackets = (host: string): string => host.replace(/^\[(.*)\]$/u, '$1');

/** Throws a StartError if other machines can reach the server and no key exists. */
export async function requireKeys(db: Db, { host, allowNoKeys }: { host: string; allowNoKeys: boolean }) {
  if (allowNoKeys || isLoopback(host) || (await hasAnyKey(db))) return;
  throw new StartError(
    `HOST is ${host}, which others can reach, and there are no API keys; make one with "pnpm keys create --role admin" or listen on 127.0.0.1.`,
  );
}

declare module 'fastify' {
  interface FastifyRequest {
    keyHolder: Caller | null;
  }
  interface FastifyInstance {
    /** Whether the caller of a public route is one of a reader's; never rejects. */
    mayRead(request: FastifyRequest): Promise<boolean>;
  }
}

/** The caller while no keys exist. */
const anonymousAdmin: Caller = { tenant_id: 'default', key_id: 'none', role: 'admin' };

/**
 * Rejects requests whose key, or lack of one on this machine, does not grant the route's role. `countFailure` may reject
 * with another error.
 */
export function authenticate(
  server: FastifyInstance,
  apiKeys: ApiKeyStore,
  countFailure: (request: FastifyRequest, reply: FastifyReply) => Promise<void>,
): void {
  server.decorateRequest('keyHolder', null);
  server.decorate('mayRead', async (request: FastifyRequest) => {
    const caller = await identifyCaller(request, apiKeys).catch(() => undefined);
    return caller?.role === 'reader' || caller?.role === 'admin';
  });
  server.addHook('onRequest', async (request, reply) => {
    const access = routeAccess(request.method, request.routeOptions.url ?? '');
    if (access === 'public' || request.is404) return;
    const caller = await identifyCaller(request, apiKeys);
    if (!caller) {
      if (request.headers.authorization !== undefined) await countFailure(request, reply);
      reply.header('www-authenticate', 'Bearer');
      throw new HttpError(401, 'key_needed', 'Send a valid API key: Authorization: Bearer ll_…');
    }
    if (caller.role !== access && caller.role !== 'admin') {
      const needed = access === 'admin' ? 'admin' : `${access} or admin`;
      throw new HttpError(
        403,
        'role_needed',
        `This needs a key with the role ${needed}; yours is ${caller.role}.`,
      );
    }
    request.keyHolder = caller;
  });
}

async function identifyCaller(request: FastifyRequest, apiKeys: ApiKeyStore): Promise<Caller | undefined> {
  const [, key] = /^bearer +(\S+)$/iu.exec(request.headers.authorization ?? '') ?? [];
  if (key !== undefined) return await apiKeys.authenticate(key);
  if (await apiKeys.hasKeys()) return undefined;
  requireLocalName(request);
  return anonymousAdmin;
}

/**
 * Blocks DNS rebinding, where the browser sends the page's name as host, and requests of foreign pages. A page is our
 * own (/docs) or one of this machine; any other address, local or not, may be anybody's.
 */
function requireLocalName({ hostname, host, headers }: FastifyRequest): void {
  if (!isLocalName(hostname)) throw foreignHost(hostname);
  const { origin, 'sec-fetch-site': site } = headers;
  if (origin === undefined && (site === 'cross-site' || site === 'same-site'))
    throw foreignHost('another page');
  if (origin === undefined) return;
  const page = URL.parse(origin);
  if (page?.host !== host && !isLoopback(page?.hostname ?? ''))
    throw foreignHost(page?.host || 'an unknown origin');
}

const foreignHost = (name: string) =>
  new HttpError(
    403,
    'foreign_host',
    `Without API keys only local names and pages are answered, not ${echo(name)}.`,
  );

/** Always the key's tenant, never one from the body. */
export function getTenantId({ keyHolder, url }: FastifyRequest): string {
  if (!keyHolder) throw new Error(`${url} was not authenticated`);
  return keyHolder.tenant_id;
}
