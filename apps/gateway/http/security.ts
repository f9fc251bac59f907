import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';
import { createApiKeyStore } from '../auth/api-key-store.ts';
import { authenticate } from '../auth/authenticate.ts';
import type { GatewayContext } from '../context.ts';
import { type Overload, registerLoadShedding } from './load-shedding.ts';
import { openRateLimits } from './rate-limits.ts';

/** Rendered once: calling Helmet for every request took a twentieth of its time. */
function addSecurityHeaders(server: FastifyInstance): void {
  const headers = renderHeaders(helmet({ contentSecurityPolicy: { directives: csp } }));
  server.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers);
  });
}

/** For /docs, which loads nothing external. Plain HTTP is not upgraded to HTTPS. */
const csp = {
  defaultSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  styleSrc: ["'self'", "'unsafe-inline'"],
  scriptSrc: ["'self'", "'unsafe-inline'"],
  upgradeInsecureRequests: null,
};

function renderHeaders(middleware: ReturnType<typeof helmet>) {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  middleware(request, response, (error) => {
    if (error) throw error;
  });
  return response.getHeaders();
}

const maxConnections = 10_000;
/** For a request's headers; fastify's requestTimeout covers all of it. */
const headersTimeoutMs = 10_000;
/** How often Node checks for slow requests; its default of 30 s would turn a timeout of 10 s into 40 s. */
export const slowRequestCheckMs = 1_000;

export async function registerSecurity(
  server: FastifyInstance,
  gateway: GatewayContext,
  overload: Overload,
): Promise<void> {
  server.server.maxConnections = maxConnections;
  server.server.headersTimeout = headersTimeoutMs;
  addSecurityHeaders(server);
  await registerLoadShedding(server, overload);
  const apiKeys = createApiKeyStore(gateway.db, gateway.log);
  server.addHook('onClose', () => apiKeys[Symbol.asyncDispose]());
  const limits = await openRateLimits(server, gateway);
  authenticate(server, apiKeys, limits.countFailure);
  server.addHook('onRequest', limits.countKey);
  limits.limitUsers();
}
