import { HttpError } from '@learning-loop/service/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { ConsoleContext, RouteGroup } from '../context.ts';
import { requiresCaller } from './access.ts';
import type { Sessions } from './sessions.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null on public routes (access.ts). */
    caller: { tenant_id: string; role: string; key: string | undefined } | null;
    /** False once the session that the request came with has ended. */
    hasSession(): boolean;
  }
}

const Key = Type.Object(
  { key: Type.String({ minLength: 1, maxLength: 200 }) },
  { additionalProperties: false },
);
const localName = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u;

/** Sets `caller` to the tenant and role that the gateway reports for the session's key. */
export function identify(server: FastifyInstance, { gateway }: ConsoleContext, sessions: Sessions): void {
  server.decorateRequest('caller', null);
  server.decorateRequest('hasSession', function hasSession(this: FastifyRequest) {
    return sessions.findKey(this) === this.caller?.key;
  });
  server.addHook('onRequest', async (request) => {
    if (!requiresCaller(request)) return;
    requireSameOrigin(request);
    const key = sessions.findKey(request);
    // DNS rebinding: another site can point its name here; it has no session, so only its host name shows that.
    if (key === undefined && !localName.test(request.hostname)) throw keyNeeded();
    const caller = await gateway.authenticate(key).catch((cause: unknown): never => {
      throw new HttpError(
        503,
        'gateway_away',
        'The gateway does not answer; start it, or check GATEWAY_URL.',
        { cause },
      );
    });
    if (!caller) throw keyNeeded();
    request.caller = { ...caller, key };
  });
}

/** Rejects cross-site forms. */
function requireSameOrigin({ method, headers, host }: FastifyRequest): void {
  if (method === 'GET' || method === 'HEAD') return;
  const { origin, 'sec-fetch-site': site = 'same-origin' } = headers;
  const isOwn = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
  if (isOwn && site === 'same-origin') return;
  throw new HttpError(403, 'foreign_page', 'Only the console’s own pages may change something.');
}

const keyNeeded = () =>
  new HttpError(401, 'key_needed', 'Sign in with an API key of the role reader or admin.');

export function getCaller({ caller, url }: FastifyRequest) {
  if (!caller) throw new Error(`${url} was not identified`);
  return caller;
}

export function requireAdmin(request: FastifyRequest): void {
  if (getCaller(request).role !== 'admin')
    throw new HttpError(403, 'role_needed', 'This needs a key with the role admin.');
}

/** Of the installation: an admin of OPERATOR_TENANT, or whoever is at this machine while there are no keys. */
export function isOperator(request: FastifyRequest, { operatorTenant }: ConsoleContext['config']): boolean {
  const { role, tenant_id, key } = getCaller(request);
  return role === 'admin' && (key === undefined || tenant_id === operatorTenant);
}

/** POST and DELETE /api/session. */
export const signIn =
  (sessions: Sessions): RouteGroup =>
  ({ gateway }) =>
  async (server) => {
    server.post('/api/session', { schema: { body: Key } }, async (request, reply) => {
      requireSameOrigin(request);
      const { key } = request.body;
      const caller = await gateway.authenticate(key);
      if (!caller)
        throw new HttpError(
          401,
          'key_refused',
          'The gateway does not accept this key for reading; check it, or its role.',
        );
      sessions.begin(reply, { key, tenant: caller.tenant_id });
      return reply.status(204).send();
    });
    server.delete('/api/session', async (request, reply) => {
      requireSameOrigin(request);
      sessions.end(request, reply);
      return reply.status(204).send();
    });
  };
