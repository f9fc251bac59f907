import { HttpError } from '@learning-loop/service/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller, Keyring } from './api-key-store.ts';
import { isLocalName } from './local-access.ts';
import { accessOf } from './roles.ts';

declare module 'fastify' {
  interface FastifyRequest {
    keyHolder: Caller | null;
  }
}

/** Who calls while there are no keys. */
const anybody: Caller = { tenant_id: 'default', key_id: 'none', role: 'admin' };

/** Lets a request through only if its key, or the absence of keys on this machine, gives it the route's role. */
export function authenticate(server: FastifyInstance, keyring: Keyring): void {
  server.decorateRequest('keyHolder', null);
  server.addHook('onRequest', async (request, reply) => {
    const access = accessOf(request.method, request.routeOptions.url ?? '');
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

async function callerOf(request: FastifyRequest, keyring: Keyring): Promise<Caller | undefined> {
  const [, key] = /^bearer +(\S+)$/iu.exec(request.headers.authorization ?? '') ?? [];
  if (key !== undefined) return await keyring.callerWith(key);
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
export function tenantOf({ keyHolder, url }: FastifyRequest): string {
  if (!keyHolder) throw new Error(`${url} was not authenticated`);
  return keyHolder.tenant_id;
}
