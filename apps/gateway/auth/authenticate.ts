import { isIP } from 'node:net';
import { hasAnyKey } from '@learning-loop/db/access/api-keys';
import type { Db } from '@learning-loop/db/connect';
import { HttpError, StartError } from '@learning-loop/service/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiKeyStore, Caller } from './api-key-store.ts';
import { routeAccess } from './roles.ts';

/** Whether this address or name is this machine's own, reachable from nowhere else. */
function isLoopback(host: string): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|localhost|::1)$/iu.test(bare(host));
}

/**
 * Whether no page on the internet can have sent a browser here under this name: an address, a name without a dot, such
 * as `localhost` or a service's in a private network, or one below a domain that is nobody's.
 */
function isLocalName(host: string): boolean {
  return isIP(bare(host)) !== 0 || /^[\w-]*$|\.(?:internal|local|localhost|svc)$/iu.test(host);
}

const bare = (host: string): string => host.replace(/^\[(.*)\]$/u, '$1');

/** Whoever reaches this machine could read and change everything: throws a StartError unless there are keys. */
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
}

/** Who calls while there are no keys. */
const anybody: Caller = { tenant_id: 'default', key_id: 'none', role: 'admin' };

/** Lets a request through only if its key, or the absence of keys on this machine, gives it the route's role. */
export function authenticate(server: FastifyInstance, keyring: ApiKeyStore): void {
  server.decorateRequest('keyHolder', null);
  server.addHook('onRequest', async (request, reply) => {
    const access = routeAccess(request.method, request.routeOptions.url ?? '');
    if (access === 'public' || request.is404) return;
    const caller = await callerOf(request, keyring);
    if (!caller) {
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

async function callerOf(request: FastifyRequest, keyring: ApiKeyStore): Promise<Caller | undefined> {
  const [, key] = /^bearer +(\S+)$/iu.exec(request.headers.authorization ?? '') ?? [];
  if (key !== undefined) return await keyring.authenticate(key);
  if (await keyring.hasKeys()) return undefined;
  requireLocalName(request);
  return anybody;
}

/**
 * A web page elsewhere can make its own name point here (DNS rebinding), or send a form here: the browser then says
 * the page's name, as the host or as the origin.
 */
function requireLocalName({ hostname, headers }: FastifyRequest): void {
  const { origin } = headers;
  const from = origin === undefined ? hostname : (URL.parse(origin)?.hostname ?? 'an unknown origin');
  const foreign = [hostname, from].find((name) => !isLocalName(name));
  if (foreign === undefined) return;
  throw new HttpError(403, 'foreign_host', `Without API keys only local names are answered, not ${foreign}.`);
}

/** Whose data a request may touch: the key says it, never the body. */
export function getTenantId({ keyHolder, url }: FastifyRequest): string {
  if (!keyHolder) throw new Error(`${url} was not authenticated`);
  return keyHolder.tenant_id;
}
