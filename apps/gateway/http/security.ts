import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';
import { createApiKeyStore } from '../auth/api-key-store.ts';
import { authenticate } from '../auth/authenticate.ts';
import type { GatewayContext } from '../context.ts';
import { type Overload, registerLoadShedding } from './load-shedding.ts';
import { registerRateLimits } from './rate-limits.ts';

/** Helmet's headers on every answer. They never change: making them anew took a twentieth of a request's time. */
function secureHeaders(server: FastifyInstance): void {
  const headers = headersOf(helmet({ contentSecurityPolicy: { directives: csp } }));
  server.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers);
  });
}

/** For the pages of /docs, which bring everything along. Over plain HTTP nothing is upgraded to HTTPS. */
const csp = {
  defaultSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  styleSrc: ["'self'", "'unsafe-inline'"],
  scriptSrc: ["'self'", "'unsafe-inline'"],
  upgradeInsecureRequests: null,
};

function headersOf(middleware: ReturnType<typeof helmet>) {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  middleware(request, response, (error) => {
    if (error) throw error;
  });
  return response.getHeaders();
}

const mostConnections = 10_000;
/** For the head of a request; fastify's requestTimeout is for all of it. */
const headersTimeoutMs = 10_000;
/** Node looks for requests that take too long only so often; its own 30 s would make 40 s of 10. */
export const slowRequestCheckMs = 1_000;

/** What stands before every route. */
export async function registerSecurity(
  server: FastifyInstance,
  gateway: GatewayContext,
  when: Overload,
): Promise<void> {
  server.server.maxConnections = mostConnections;
  server.server.headersTimeout = headersTimeoutMs;
  secureHeaders(server);
  await registerLoadShedding(server, when);
  const keyring = createApiKeyStore(gateway.db, gateway.log);
  server.addHook('onClose', () => keyring[Symbol.asyncDispose]());
  authenticate(server, keyring);
  await registerRateLimits(server, gateway);
}
